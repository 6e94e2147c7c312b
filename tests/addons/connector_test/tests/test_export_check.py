# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of declared export triggers: what they say, and what is refused."""

from odoo.tests import BaseCase, tagged

from odoo.addons.connector.api import (
    CompareExporter,
    CRUDAdapter,
    ExportMapper,
    ExportOn,
    InvalidUsageError,
    Watch,
    changed_by,
    follow_m2o_relations,
    mapping,
    none,
)
from odoo.addons.connector.flows.exporting.check_export import check_export
from odoo.addons.connector.flows.exporting.export_on import declared_export
from odoo.addons.connector.tests.common import UnitCase

from ..models.flow import ACCOUNT, CONTACT, LABEL
from ..models.ware import OFFER, STOCK
from .trigger_case import TriggerCase


@tagged("post_install", "-at_install")
class TestDeclaredExport(BaseCase):
    """Declarations of several addons are one."""

    def extend(self, *declarations):
        base = type("Base", (), {})
        for number, declared in enumerate(declarations):
            base = type(f"Addon{number}", (base,), {"_export_on": declared})
        return declared_export(base)

    def test_model_without_a_declaration_has_none(self):
        self.assertIsNone(self.extend())

    def test_fields_of_an_addon_are_added(self):
        first, second = ExportOn(write=["name"]), ExportOn(write=["price", "name"])

        self.assertEqual(list(self.extend(first, second).write), ["name", "price"])
        self.assertIs(self.extend(first, ExportOn(write=True)).write, True)

    def test_flag_counts_where_an_addon_sets_it(self):
        first = ExportOn(unlink=True, create=True)

        merged = self.extend(first, ExportOn(create=False), ExportOn(archive=True))

        self.assertEqual(
            (merged.create, merged.unlink, merged.archive), (False, True, True)
        )

    def test_watch_of_an_addon_replaces_that_of_the_same_path(self):
        first = ExportOn(watch=[Watch("a", "x"), Watch("b", "x")])
        second = ExportOn(watch=[Watch("a", "x", fields=["name"])])

        merged = self.extend(first, second)

        self.assertEqual(merged.watch, (*second.watch, Watch("b", "x")))

    def test_domains_of_all_addons_have_to_hold(self):
        first = ExportOn(domain=["|", ("a", "=", 1), ("b", "=", 1)])
        second = ExportOn(domain=[("c", "=", 1)])

        merged = self.extend(first, second)

        self.assertEqual(merged.domain, [*first.domain, *second.domain])


class TestCheckedExport(TriggerCase):
    """A declaration that names what does not exist keeps the addon from loading."""

    def refused(self, declared, model_name=OFFER):
        self.declare(model_name, declared)
        with self.assertRaises(InvalidUsageError) as caught:
            check_export(self.env[model_name])
        return str(caught.exception)

    def test_field_that_does_not_exist_is_refused(self):
        told = self.refused(ExportOn(write=["prize"]))

        self.assertIn("_export_on of 'connector.test.offer' names 'prize'", told)
        self.assertIn("Did you mean 'price'?", told)

    def test_field_that_nothing_stored_feeds_is_refused_with_a_remedy(self):
        told = self.refused(ExportOn(write=["moon"]))

        self.assertIn("names 'moon', which is not stored", told)
        self.assertIn("watch=[Watch(", told)

    def test_watch_of_what_does_not_exist_is_refused(self):
        cases = {
            Watch("connector.test.ware.stok", "size_id"): f"Did you mean '{STOCK}'?",
            Watch(STOCK, "siz_id"): "Did you mean 'size_id'?",
            Watch(STOCK, "quantity"): "no many2one field",
            Watch(
                STOCK, "size_id.company_id"
            ): "expected one of 'connector.test.offer'",
            Watch(STOCK, "size_id", fields=("quantitty",)): "Did you mean 'quantity'?",
        }
        for watch, remedy in cases.items():
            with self.subTest(watch=watch):
                self.assertIn(remedy, self.refused(ExportOn(watch=[watch])))

    def test_domain_of_a_field_that_does_not_exist_is_refused(self):
        told = self.refused(ExportOn(domain=[("is_solt", "=", True)]))

        self.assertIn("Did you mean 'is_sold'?", told)

    def test_archive_of_what_cannot_be_archived_is_refused(self):
        self.patch(self.env.registry["connector.test.ware.size"], "_active_name", None)

        told = self.refused(ExportOn(archive=True))

        self.assertIn("cannot be archived", told)

    def test_something_else_than_a_declaration_is_refused(self):
        self.patch(self.env.registry[ACCOUNT], "_export_on", {"write": ["name"]})

        with self.assertRaisesRegex(InvalidUsageError, "expected an ExportOn"):
            check_export(self.env[ACCOUNT])


class TestCheckedUnits(UnitCase):
    """Units that name what does not exist keep the addon from loading."""

    def register(self, base, **members):
        members = {"_model_name": CONTACT, **members}
        return self.backend(type(base)("ContactUnit", (base,), members))

    def load(self):
        self.env[CONTACT]._post_model_setup__()

    def assert_refused(self, *facts):
        with self.assertRaises(InvalidUsageError) as caught:
            self.load()
        for fact in ("ContactUnit", *facts):
            self.assertIn(fact, str(caught.exception))

    def test_direct_source_that_is_no_field_is_refused(self):
        self.register(ExportMapper, direct=[(none("emial"), "mail")])

        self.assert_refused("'emial' in direct", CONTACT, "Did you mean 'email'?")

    def test_path_that_a_modifier_follows_begins_with_a_field(self):
        path, wrong = "country_id.code", "contry_id.code"
        self.register(ExportMapper, direct=[(follow_m2o_relations(path), "land")])
        self.load()

        self.register(ExportMapper, direct=[(follow_m2o_relations(wrong), "land")])

        self.assert_refused("'contry_id' in direct", "Did you mean 'country_id'?")

    def test_children_that_are_no_field_are_refused(self):
        self.register(ExportMapper, children=[("lable_ids", "labels", LABEL)])

        self.assert_refused("'lable_ids' in children", "Did you mean 'label_ids'?")

    def test_field_of_a_method_that_does_not_exist_is_refused(self):
        @mapping
        @changed_by("citty")
        def town(self, record):
            return {"town": record.city}

        self.register(ExportMapper, town=town)

        self.assert_refused("'citty' in @changed_by of town()", "mean 'city'?")

    def test_natural_key_that_no_mapper_makes_is_refused(self):
        self.backend(mapper_of(direct=[("email", "mail")]))
        self.register(CRUDAdapter, _find={"email": "mial"})

        self.assert_refused("_find", "'mial'", "Did you mean 'mail'?")

    def test_natural_key_that_is_unlike_all_is_refused_where_all_are_known(self):
        self.backend(mapper_of(direct=[("email", "mail")]))
        self.register(CRUDAdapter, _find={"email": "number"})

        self.assert_refused("_find", "'number'", "or map it")

    def test_allocated_number_that_no_mapper_makes_is_refused(self):
        self.backend(mapper_of(direct=[("color", "on_hand")]))
        self.register(CompareExporter, _allocated={"onhand": "allocated"})

        self.assert_refused("_allocated", "'onhand'", "Did you mean 'on_hand'?")

    def test_what_a_method_makes_is_taken(self):
        @mapping
        def mail(self, record):
            return {"mail": record.email}

        self.backend(mapper_of(mail=mail))
        self.register(CRUDAdapter, _find={"email": "mail"})

        self.load()

    def test_what_a_method_may_make_is_taken(self):
        """Nobody can tell which keys it makes."""

        @mapping
        def other(self, record):
            return dict(record.read(["ref"])[0])

        self.backend(mapper_of(other=other))
        self.register(CRUDAdapter, _find={"number": "reference"})

        self.load()

    def test_adapter_without_a_mapper_is_taken(self):
        self.register(CRUDAdapter, _find={"email": "mail"})

        self.load()


def mapper_of(**members):
    members = {"_model_name": CONTACT, **members}
    return type(ExportMapper)("ContactMapper", (ExportMapper,), members)
