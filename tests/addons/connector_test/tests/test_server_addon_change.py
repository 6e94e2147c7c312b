# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests of jobs that run while another addon is installed and removed."""

from odoo.tests import tagged

from .server_case import ADDON, ServerCase

JOBS = 600
JOB_S = 0.02
COLUMN = "connector_test_column"
FILES = {
    "__manifest__.py": f'{{"name": "Column", "depends": ["{ADDON}"]}}\n',
    "__init__.py": """\
from odoo import fields, models


class Trace(models.Model):
    _inherit = "connector.test.trace"

    column = fields.Char(default="of another addon")
""",
}
INSERT_JOBS = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, model_name, payload_version, user_id, channel_id, state,
    context, priority, attempt, retry, max_retries, deaths, commits, date_created
)
SELECT gen_random_uuid(),
       jsonb_build_array(jsonb_build_array('trace', %s), '[]'::jsonb),
       'odoo.addons.connector_test.models.job.leave_trace_slowly',
       'connector.test.trace', 1, 1, channel.id, 'pending', '{}', 10, 0, 0, 5, 0, 0,
       now() AT TIME ZONE 'UTC'
  FROM connector_queue_channel AS channel, generate_series(1, %s)
 WHERE complete_name = 'root';
UPDATE connector_queue_job AS job SET seal = connector_queue_seal(job)
 WHERE seal IS NULL
"""  # one transaction: no worker sees them without their seal
LEFT = "SELECT count(*) FROM connector_queue_job WHERE state NOT IN ('done', 'failed')"
ENDS = "SELECT state, retry, count(*) FROM connector_queue_job GROUP BY 1, 2"
TRIES = """
SELECT count(*) FROM connector_queue_attempt WHERE message LIKE 'Addons changed%%'
"""


@tagged("server")
class TestAddonChange(ServerCase):
    def setUp(self):
        super().setUp()
        folder = self.folder / "addons" / COLUMN
        folder.mkdir(parents=True)
        for name, text in FILES.items():
            (folder / name).write_text(text)
        file = self.folder / "odoo.conf"
        path = f"addons_path = {folder.parent},"
        file.write_text(file.read_text().replace("addons_path = ", path))
        self.make_database("shop")
        self.run_command("module", "install", "-d", "shop", COLUMN)
        # a cron that runs keeps addons from being changed
        self.ask("shop", "UPDATE ir_cron SET active = FALSE")

    def insert_jobs(self):
        """Insert jobs that write the column of the other addon while it is there."""
        self.ask("shop", INSERT_JOBS, JOB_S, JOBS)
        self.ask("shop", "NOTIFY connector_queue")

    def test_no_job_fails_while_another_addon_goes_and_comes(self):
        """24 of 600 jobs failed: a column was gone before Odoo told."""
        self.serve("-d", "shop", "--workers=0", "--max-cron-threads=1")

        for command in ("uninstall", "install", "upgrade"):
            self.insert_jobs()
            self.run_command("module", command, "-d", "shop", COLUMN)
            self.wait_for(lambda: self.ask("shop", LEFT) == [(0,)], "jobs are left")

        ((tries,),) = self.ask("shop", TRIES)
        self.facts.append(f"{3 * JOBS} jobs, {tries} tried again")
        self.assertEqual(self.ask("shop", ENDS), [("done", 0, 3 * JOBS)])
