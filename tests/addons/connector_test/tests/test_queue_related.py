# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the related action of a job."""

from odoo.exceptions import UserError

from odoo.addons.connector.queue.job import job, related_action
from odoo.addons.connector.tests.common import UnitCase


def show(session, job, target):
    """Return what is known of the job in the form of an action."""
    return {"target": target, "args": job.args, "kwargs": job.kwargs}


@related_action(action=show, target="new")
@job
def shown(session, model_name, record_id, who=None):
    """Have a screen that shows it."""


@job
def hidden(session, model_name):
    """Have none."""


class TestRelatedAction(UnitCase):
    def open_related(self, uuid):
        jobs = self.env["connector.queue.job"]
        return jobs.search([("uuid", "=", uuid)]).open_related_action()

    def test_function_gets_the_job_with_the_model_before_its_arguments(self):
        uuid = shown.delay(self.session, "res.partner", 7, who="x")

        self.assertEqual(
            self.open_related(uuid),
            {"target": "new", "args": ("res.partner", 7), "kwargs": {"who": "x"}},
        )

    def test_function_without_action_has_nothing_to_show(self):
        uuid = hidden.delay(self.session, "res.partner")

        with self.assertRaisesRegex(UserError, "no related records to open for Have"):
            self.open_related(uuid)

    def test_records_of_a_method_are_shown_themselves(self):
        traces = self.env["connector.test.trace"].create([{"name": "a"}, {"name": "b"}])

        uuid = traces.delayed().rename("c")

        self.assertEqual(self.open_related(uuid)["domain"], [("id", "in", traces.ids)])

    def test_one_record_of_a_method_is_shown_in_a_form(self):
        trace = self.env["connector.test.trace"].create({"name": "a"})

        action = self.open_related(trace.delayed().rename("b"))

        self.assertEqual((action["view_mode"], action["res_id"]), ("form", trace.id))

    def test_records_that_are_gone_are_nothing_to_show(self):
        trace = self.env["connector.test.trace"].create({"name": "a"})
        uuid = trace.delayed().rename("b")
        trace.unlink()

        with self.assertRaises(UserError):
            self.open_related(uuid)
