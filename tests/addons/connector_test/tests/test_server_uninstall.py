# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests of the uninstallation of the addon: quiet, and without remains."""

import re
import subprocess

from odoo.tests import tagged

from .server_case import ADDON, ServerCase

# What people leave behind: a channel with jobs, another below it, and a link.
FILL = """
from odoo.addons.connector.queue.graph import chain
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector_test.models.job import TRACE, leave_trace

session = ConnectorSession.from_env(env)
chain(*(leave_trace.delayable(session, TRACE) for _number in range(3))).delay()
env["connector.queue.channel"]._id_of("root.shop.orders.late")
leave_trace.delay(session, TRACE, channel="root.shop.orders.late")
env.user.partner_id.set_link("people", 7)
env.cr.commit()
"""
FILLED = """
SELECT (SELECT count(*) FROM connector_queue_job WHERE state <> 'done'),
       (SELECT count(*) FROM connector_link)
"""
REMAINS = """
SELECT relname FROM pg_class
 WHERE relname LIKE 'connector%%' AND relnamespace = 'public'::regnamespace
 UNION ALL
SELECT proname FROM pg_proc
 WHERE proname LIKE 'connector%%' AND pronamespace = 'public'::regnamespace
 UNION ALL
SELECT tgname FROM pg_trigger WHERE tgname LIKE 'connector%%' AND NOT tgisinternal
"""
ERROR = re.compile(r"^.* (?:ERROR|CRITICAL) .*$", re.M)


@tagged("server")
class TestUninstallation(ServerCase):
    def fill(self, db_name: str) -> None:
        """Leave jobs and a link in a database, as people do."""
        subprocess.run(
            self.odoo_command("shell", "-d", db_name, "--no-http"),
            input=FILL,
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=self.deadline_s,
            check=True,
        )

    def test_addon_goes_without_an_error_and_leaves_nothing(self):
        """A dozen errors were logged: of a channel, and of links in dropped columns."""
        self.make_database("shop")
        self.run_command("module", "install", "-d", "shop", ADDON)
        self.fill("shop")
        self.assertEqual(self.ask("shop", FILLED), [(4, 1)])

        log = self.run_command("module", "uninstall", "-d", "shop", "connector")

        self.assertEqual(ERROR.findall(log), [])
        self.assertEqual(self.ask("shop", REMAINS), [])
        installed = "SELECT state FROM ir_module_module WHERE name = 'connector'"
        self.assertEqual(self.ask("shop", installed), [("uninstalled",)])
