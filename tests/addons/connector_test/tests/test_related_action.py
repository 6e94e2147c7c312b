# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of ``unwrap_binding``, the related action of bindings."""

from functools import partial
from types import SimpleNamespace

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.related_action import unwrap_binding
from odoo.addons.connector.exception import NoConnectorUnitError
from odoo.addons.connector.queue.job import Job
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
LINE = "connector.test.line"


class PartnerBinder(Binder):
    _model_name = PARTNER


class LineBinder(Binder):
    """A binder of lines, which wrap no record."""

    _model_name = LINE


def job_of(model_name, *args):
    """Return what the action reads of a job: its arguments."""
    return SimpleNamespace(model_name=model_name, args=(model_name, *args), kwargs={})


class TestUnwrapBinding(UnitCase):
    def setUp(self):
        super().setUp()
        self.backend(PartnerBinder)
        self.binding = self.create_partner_binding("7")

    def test_action_opens_the_record_behind_the_binding(self):
        action = unwrap_binding(self.session, job_of(PARTNER, self.binding.id))

        self.assertEqual(
            action,
            {
                "name": "Related Record",
                "type": "ir.actions.act_window",
                "view_mode": "form",
                "views": [(False, "form")],
                "res_id": self.binding.odoo_id.id,
                "res_model": "res.partner",
            },
        )

    def test_action_opens_a_binding_that_wraps_nothing(self):
        self.backend(LineBinder)
        line = self.env[LINE].create({"backend_id": self.backend_record.id})

        action = unwrap_binding(self.session, job_of(LINE, line.id))

        self.assertEqual((action["res_model"], action["res_id"]), (LINE, line.id))

    def test_deleted_binding_has_no_action(self):
        job = job_of(PARTNER, self.binding.id)
        self.binding.unlink()

        self.assertIsNone(unwrap_binding(self.session, job))

    def test_model_may_be_the_first_argument_of_a_job(self):
        """As in jobs made by hand, which the classic action did not ask for it."""
        job = Job("odoo.addons.x.export", args=(PARTNER, self.binding.id))

        action = unwrap_binding(self.session, job)

        self.assertEqual(action["res_id"], self.binding.odoo_id.id)

    def test_position_of_the_binding_counts_from_the_session(self):
        job = job_of(PARTNER, "name", self.binding.id)

        action = unwrap_binding(self.session, job, id_pos=3)

        self.assertEqual(action["res_id"], self.binding.odoo_id.id)

    def test_binder_can_be_chosen(self):
        class OtherBinder(PartnerBinder):
            def unwrap_binding(self, binding_id, browse=False):
                return self.env.ref("base.main_partner")

        self.backend(OtherBinder)
        action = partial(unwrap_binding, binder_class=OtherBinder)

        shown = action(self.session, job_of(PARTNER, self.binding.id))

        self.assertEqual(shown["res_id"], self.env.ref("base.main_partner").id)

    def test_missing_binder_is_told(self):
        line = self.env[LINE].create({"backend_id": self.backend_record.id})

        with self.assertRaises(NoConnectorUnitError):
            unwrap_binding(self.session, job_of(LINE, line.id))

    def test_missing_backend_is_not_taken_for_a_binding_that_wraps_nothing(self):
        """It was: its ValueError was read as the binder's."""
        self.backend_record.version = "2"

        with self.assertRaisesRegex(ValueError, "in version '2'"):
            unwrap_binding(self.session, job_of(PARTNER, self.binding.id))
