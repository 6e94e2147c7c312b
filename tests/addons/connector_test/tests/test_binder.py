# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the binder."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import UnitCase

LINE = "connector.test.line"


class BinderCase(UnitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_record = cls.backend_record.copy({"name": "Other shop"})

    def setUp(self):
        super().setUp()
        self.binder = self.unit(Binder)

    def create_category_binding(self, external_id=None, **values):
        """Create a binding in the classic style, which has no constraint."""
        values = {"name": "red", "backend_id": self.backend_record.id, **values}
        return self.env[self.category_binding].create(
            {"external_id": external_id, **values}
        )


class TestToOpenerp(BinderCase):
    def test_external_id_finds_its_binding(self):
        binding = self.create_partner_binding("A7")
        self.create_partner_binding("A8")

        self.assertEqual(self.binder.to_openerp("A7"), binding)

    def test_external_id_is_compared_as_text(self):
        binding = self.create_partner_binding("7")

        for external_id in (7, "7", b"7"):
            with self.subTest(external_id=external_id):
                self.assertEqual(self.binder.to_openerp(external_id), binding)

    def test_zero_is_an_external_id(self):
        binding = self.create_partner_binding("0")

        for external_id in (0, "0"):
            with self.subTest(external_id=external_id):
                self.assertEqual(self.binder.to_openerp(external_id), binding)

    def test_missing_external_id_finds_nothing(self):
        self.create_partner_binding(None)

        for external_id in (None, False, ""):
            with self.subTest(external_id=external_id):
                self.assertFalse(self.binder.to_openerp(external_id))

    def test_unknown_external_id_finds_an_empty_binding(self):
        found = self.binder.to_openerp("A7")

        self.assertEqual(found, self.env[self.partner_binding])

    def test_unwrap_gives_the_normal_record(self):
        binding = self.create_partner_binding("A7")

        self.assertEqual(self.binder.to_openerp("A7", unwrap=True), binding.odoo_id)

    def test_unknown_external_id_unwraps_to_an_empty_normal_record(self):
        found = self.binder.to_openerp("A7", unwrap=True)

        self.assertEqual(found, self.env["res.partner"])

    def test_binding_of_another_backend_is_not_found(self):
        self.create_partner_binding("A7", backend_id=self.other_record.id)

        self.assertFalse(self.binder.to_openerp("A7"))

    def test_inactive_binding_is_found(self):
        binding = self.create_partner_binding("A7")

        binding.odoo_id.active = False

        self.assertEqual(self.binder.to_openerp("A7"), binding)
        self.assertEqual(self.binder.to_openerp("A7", unwrap=True), binding.odoo_id)

    def test_binding_found_has_the_context_of_the_session(self):
        self.create_partner_binding("A7")

        self.assertIs(self.binder.to_openerp("A7").env, self.session.env)

    def test_several_bindings_of_one_external_id_are_an_error(self):
        self.create_category_binding("A7")
        self.create_category_binding("A7")
        binder = self.unit(Binder, self.category_binding)

        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            binder.to_openerp("A7")

    def test_classic_field_holds_the_normal_record(self):
        binding = self.create_category_binding("A7")
        binder = self.unit(Binder, self.category_binding)

        self.assertEqual(binder.to_openerp("A7", unwrap=True), binding.openerp_id)

    def test_later_names_find_the_same(self):
        binding = self.create_partner_binding("A7")

        for name in ("to_openerp", "to_internal", "to_odoo"):
            with self.subTest(name=name):
                find = getattr(self.binder, name)
                self.assertEqual(find("A7"), binding)
                self.assertEqual(find("A7", unwrap=True), binding.odoo_id)

    def test_old_browse_argument_changes_nothing(self):
        binding = self.create_partner_binding("A7")

        for browse in (True, False):
            with self.subTest(browse=browse):
                self.assertEqual(self.binder.to_openerp("A7", browse=browse), binding)


class TestToBackend(BinderCase):
    def test_binding_has_its_external_id(self):
        binding = self.create_partner_binding("A7")

        for argument in (binding, binding.id):
            with self.subTest(argument=argument):
                self.assertEqual(self.binder.to_backend(argument), "A7")

    def test_binding_without_external_id_has_none(self):
        binding = self.create_partner_binding(None)

        self.assertIsNone(self.binder.to_backend(binding))

    def test_zero_is_an_external_id(self):
        binding = self.create_partner_binding("0")

        self.assertEqual(self.binder.to_backend(binding), "0")

    def test_normal_record_has_the_external_id_of_its_binding(self):
        partner = self.create_partner_binding("A7").odoo_id

        for argument in (partner, partner.id):
            with self.subTest(argument=argument):
                self.assertEqual(self.binder.to_backend(argument, wrap=True), "A7")

    def test_normal_record_without_binding_has_none(self):
        partner = self.env["res.partner"].create({"name": "Bob"})

        self.assertIsNone(self.binder.to_backend(partner, wrap=True))

    def test_normal_record_bound_to_another_backend_has_none(self):
        binding = self.create_partner_binding("A7", backend_id=self.other_record.id)

        self.assertIsNone(self.binder.to_backend(binding.odoo_id, wrap=True))

    def test_inactive_normal_record_has_its_external_id(self):
        partner = self.create_partner_binding("A7").odoo_id

        partner.active = False

        self.assertEqual(self.binder.to_backend(partner, wrap=True), "A7")

    def test_several_bindings_of_one_record_are_an_error(self):
        one = self.create_category_binding("A7")
        self.create_category_binding("A8", openerp_id=one.openerp_id.id)
        binder = self.unit(Binder, self.category_binding)

        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            binder.to_backend(one.openerp_id, wrap=True)

    def test_several_records_are_refused(self):
        bindings = self.create_partner_binding("A7") + self.create_partner_binding("A8")

        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            self.binder.to_backend(bindings)
        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            self.binder.to_backend(bindings.odoo_id, wrap=True)

    def test_later_name_gives_the_same(self):
        binding = self.create_partner_binding("A7")

        self.assertEqual(self.binder.to_external(binding), "A7")
        self.assertEqual(self.binder.to_external(binding.odoo_id, wrap=True), "A7")

    def test_normal_record_without_wrap_is_refused(self):
        partner = self.create_partner_binding("A7").odoo_id

        with self.assertRaises(InvalidUsageError) as caught:
            self.binder.to_backend(partner)

        self.assertEqual(
            str(caught.exception),
            f"Binder was given {partner}, expected a record of "
            "'connector.test.partner'. Pass the binding.",
        )

    def test_binding_with_wrap_is_refused(self):
        binding = self.create_partner_binding("A7")

        with self.assertRaises(InvalidUsageError) as caught:
            self.binder.to_backend(binding, wrap=True)

        self.assertEqual(
            str(caught.exception),
            f"Binder was given {binding} with wrap=True, expected a record of "
            "'res.partner'. Drop wrap to pass a binding.",
        )
        self.assertEqual(self.binder.to_backend(binding), "A7")  # the remedy works


class TestUnwrap(BinderCase):
    def test_binding_unwraps_to_the_id_of_the_normal_record(self):
        binding = self.create_partner_binding("A7")

        for argument in (binding, binding.id):
            with self.subTest(argument=argument):
                found = self.binder.unwrap_binding(argument)
                self.assertEqual(found, binding.odoo_id.id)

    def test_binding_unwraps_to_the_normal_record(self):
        binding = self.create_partner_binding("A7")

        found = self.binder.unwrap_binding(binding, browse=True)

        self.assertEqual(found, binding.odoo_id)

    def test_model_unwraps_to_the_normal_model(self):
        classic = self.unit(Binder, self.category_binding)

        self.assertEqual(self.binder.unwrap_model(), "res.partner")
        self.assertEqual(classic.unwrap_model(), "res.partner.category")

    def test_model_that_wraps_nothing_is_told_what_to_set(self):
        binder = self.unit(Binder, LINE)

        with self.assertRaises(ValueError) as caught:
            binder.unwrap_model()

        self.assertEqual(
            str(caught.exception),
            "Model 'connector.test.line' has no field 'odoo_id': it wraps no record. "
            "Set _openerp_field of Binder to the many2one that holds the normal "
            "record.",
        )

        class LineBinder(Binder):
            _openerp_field = "partner_binding_id"

        self.assertEqual(
            self.unit(LineBinder, LINE).unwrap_model(), self.partner_binding
        )

    def test_binding_that_wraps_nothing_cannot_be_unwrapped(self):
        line = self.env[LINE].create({"backend_id": self.backend_record.id})

        with self.assertRaises(ValueError):
            self.unit(Binder, LINE).unwrap_binding(line)


class TestOwnFields(BinderCase):
    """A binding model may call its fields as it likes."""

    def setUp(self):
        super().setUp()

        class NameBinder(Binder):
            _external_field = "name"
            _openerp_field = "partner_binding_id"

        self.line = self.env[LINE].create({"backend_id": self.backend_record.id})
        self.binder = self.unit(NameBinder, LINE)

    def test_own_fields_are_written(self):
        self.binder.bind("A7", self.line)

        self.assertEqual(self.line.name, "A7")
        self.assertFalse(self.line.external_id)

    def test_own_fields_are_searched(self):
        self.binder.bind("A7", self.line)

        self.assertEqual(self.binder.to_openerp("A7"), self.line)
        self.assertEqual(self.binder.to_backend(self.line), "A7")

    def test_own_field_is_unwrapped(self):
        self.line.partner_binding_id = self.create_partner_binding("B1")

        found = self.binder.unwrap_binding(self.line, browse=True)

        self.assertEqual(found, self.line.partner_binding_id)


class TestRights(BinderCase):
    """One external id is looked up by plain SQL where the user may read all."""

    def binder_of(self, groups: str) -> Binder:
        user = new_test_user(self.env, "clerk", groups)
        self.session = ConnectorSession.from_env(self.env(user=user))
        return self.unit(Binder)

    def hide(self, binding):
        self.env["ir.rule"].create(
            {
                "name": "one binding is hidden",
                "model_id": self.env["ir.model"]._get_id(self.partner_binding),
                "domain_force": f"[('id', '!=', {binding.id})]",
            }
        )

    def test_binding_that_a_rule_hides_is_not_found(self):
        hidden = self.create_partner_binding("A7")
        shown = self.create_partner_binding("A8")
        binder = self.binder_of("base.group_user,base.group_partner_manager")
        self.hide(hidden)

        self.assertFalse(binder.to_internal("A7"))
        self.assertEqual(binder.to_internal_many(["A7"]), {})
        self.assertEqual(binder.to_internal("A8").id, shown.id)
        self.assertEqual(list(binder.to_internal_many(["A8"])), ["A8"])

    def test_who_may_read_no_bindings_finds_none(self):
        self.create_partner_binding("A7")
        binder = self.binder_of("base.group_portal")

        for look_up in (binder.to_internal, lambda one: binder.to_internal_many([one])):
            with self.subTest(look_up=look_up), self.assertRaises(AccessError):
                look_up("A7")

    def test_external_id_that_is_not_stored_yet_is_found(self):
        binding = self.create_partner_binding("A7")
        binding.external_id = "A9"

        self.assertEqual(self.binder.to_internal("A9"), binding)
        self.assertFalse(self.binder.to_internal("A7"))
