# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Statistics of attempts: counts, failures, waiting and running times."""

from babel.dates import format_datetime

from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from ...fields.loose import LooseMany2one
from ...queue import store
from ...queue.state import OUTCOMES

HOUR = "HH:00 dd MMM"


class QueueActivity(models.Model):
    """The attempts of all jobs with their measures, for pivots and graphs.

    A database view: it stores nothing and costs nothing while jobs run. The end time
    has an index, so a day is read without the days before it.
    """

    _name = "connector.queue.activity"
    _inherit = "connector.loose"
    _description = "Queue Activity"
    _auto = False
    _log_access = False
    _rec_name = "job_name"
    _order = "date_done DESC, id DESC"

    job_id = LooseMany2one("connector.queue.job", string="Job", readonly=True)
    job_name = fields.Char(string="Description", readonly=True)
    job_function_id = LooseMany2one(
        "connector.queue.function", string="Function", readonly=True
    )
    channel_id = LooseMany2one(
        "connector.queue.channel", string="Channel", readonly=True
    )
    user_id = LooseMany2one("res.users", readonly=True)
    company_id = LooseMany2one("res.company", readonly=True)
    state = fields.Selection(OUTCOMES, string="Outcome", readonly=True)
    attempt = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Number of the attempt; the first one is 1.",
    )
    date_started = fields.Datetime(string="Started", readonly=True)
    date_done = fields.Datetime(string="Ended", readonly=True)
    failed = fields.Integer(
        string="Failed Attempts",
        readonly=True,
        help="Attempts that failed, were retried or conflicted, or ended with a crash "
        "of the worker.",
    )
    wait_s = fields.Float(
        string="Waiting Time (s)",
        readonly=True,
        aggregator="avg",
        help="Average time from the creation of a job, or its planned time, to its "
        "first start.",
    )
    run_s = fields.Float(
        string="Running Time (s)",
        readonly=True,
        aggregator="avg",
        help="Average running time of an attempt.",
    )
    total_run_s = fields.Float(
        string="Total Running Time (s)",
        readonly=True,
        aggregator="sum",
        help="Sum of the running times of the attempts.",
    )

    def _web_read_group_groupby_formatter(self, groupby_spec: str, values):
        """Label hours by the 24-hour clock; Odoo's 12-hour labels repeat each day."""
        show = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if not groupby_spec.endswith(":hour"):
            return show
        locale = get_lang(self.env).code

        def show_hour(value):
            shown, domain = show(value)
            if value:
                shown = shown[0], format_datetime(value, HOUR, locale=locale)
            return shown, domain

        return show_hour

    @property
    def _table_query(self) -> SQL:
        return SQL(store.ACTIVITY)
