# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Are the functions of the hot path renewed when the addon is upgraded?"""

from odoo.addons.connector.queue import store

from .queue_case import QueueCase

# As another version of the addon might have left it.
MAKE_OTHER = """
DROP FUNCTION connector_queue_release(integer[], integer);
CREATE FUNCTION connector_queue_release(p_parent_ids integer[], p_limit integer)
RETURNS integer LANGUAGE sql AS 'SELECT 1'
"""


class TestDatabaseFunction(QueueCase):
    def test_function_with_other_columns_is_replaced_without_an_error_in_the_log(self):
        self.env.cr.execute(MAKE_OTHER)

        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            store.make_functions(self.env.cr)

        self.assertEqual(store.release_all(self.env.cr, 1).cancelled_ids, [])
