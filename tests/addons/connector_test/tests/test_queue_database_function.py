# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the database functions, renewed by an upgrade of the addon."""

from odoo.addons.connector.queue import store

from .queue_case import QueueCase

# As another version of the addon might have left it.
MAKE_OTHER = """
DROP FUNCTION connector_queue_release(integer[], integer);
CREATE FUNCTION connector_queue_release(p_parent_ids integer[], p_limit integer)
RETURNS integer LANGUAGE sql AS 'SELECT 1'
"""

PLANNED_EACH_TIME = """
SELECT proname FROM pg_proc
 WHERE proname LIKE 'connector\\_queue\\_%'
   AND pronamespace = current_schema()::regnamespace
   AND provolatile = 'v'  -- those that do something
   AND NOT 'plan_cache_mode=force_generic_plan' = ANY (COALESCE(proconfig, '{}'))
"""


class TestDatabaseFunction(QueueCase):
    def test_functions_are_planned_once(self):
        """What PostgreSQL takes for cheaper plans each claim, longer than it lasts."""
        self.env.cr.execute(PLANNED_EACH_TIME)

        self.assertEqual(self.env.cr.fetchall(), [])

    def test_function_with_other_columns_is_replaced_without_an_error_in_the_log(self):
        self.env.cr.execute(MAKE_OTHER)

        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            store.make_objects(self.env.cr)

        self.assertEqual(store.unblock_all(self.env.cr, 1).cancelled_ids, [])
