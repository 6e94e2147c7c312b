# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of declared owners of fields: merged over addons, and checked at load."""

from types import SimpleNamespace

from odoo.addons.connector.api import ChangedSince, InvalidUsageError
from odoo.addons.connector.flows.conflicts.owners import (
    Owners,
    check_owners,
    declared_owners,
    keeps_bases,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase


class TestOwners(FlowCase):
    def declare(self, owner):
        self.model = type(self.env[CONTACT])
        self.patch(self.model, "_owner", owner)

    def assert_refused(self, *words):
        with self.assertRaises(InvalidUsageError) as caught:
            check_owners(self.model)
        for word in (CONTACT, *words):
            self.assertIn(word, str(caught.exception))

    def test_owner_of_a_field_that_does_not_exist_is_refused(self):
        self.declare({"emial": "odoo"})

        self.assert_refused("'emial'", "Did you mean 'email'?")

    def test_owner_that_does_not_exist_is_refused(self):
        self.declare({"email": "remot"})

        self.assert_refused("'remot'", "Did you mean 'remote'?")

    def test_newest_side_needs_a_clock_to_be_trusted(self):
        self.declare({"email": "newest"})

        self.assert_refused("'email'", "_trusted_clock")

    def test_newest_side_counts_where_the_clock_is_trusted(self):
        stamps = ChangedSince("changed")
        self.backend(self.adapter_class(_changed_since=stamps, _trusted_clock=True))
        self.declare({"email": "newest"})

        check_owners(self.model)

    def test_adapter_of_another_model_has_no_say(self):
        class OtherAdapter(self.adapter_class()):
            _model_name = "connector.test.member"
            _changed_since = ChangedSince("changed")
            _trusted_clock = True

        self.backend(OtherAdapter)
        self.declare({"email": "newest"})

        self.assert_refused("_trusted_clock")

    def test_owners_of_all_addons_that_extend_a_model_count(self):
        class Base:
            _owner = {"name": "odoo", "*": "remote"}

        class Extension(Base):
            _owner = {"name": "manual", "city": "odoo"}

        self.assertEqual(
            declared_owners(Extension),
            {"name": "manual", "city": "odoo", "*": "remote"},
        )

    def test_what_people_chose_wins_over_what_is_declared(self):
        self.declare({"name": "odoo", "*": "remote"})

        owners = Owners(self.model, {"name": "manual"})

        self.assertEqual(owners.of("name"), "manual")
        self.assertEqual(owners.of("city"), "remote")

    def test_field_that_nobody_named_is_the_backends(self):
        self.declare({"name": "odoo"})

        self.assertEqual(Owners(self.model).of("city"), "remote")

    def test_person_decides_about_a_field_that_goes_both_ways(self):
        """No change is lost where the addon did not say whose value counts."""

        class Model:
            _owner = {"name": "odoo"}
            _export_on = SimpleNamespace(write=["city"])

        self.assertEqual(Owners(Model).of("city"), "manual")
        self.assertEqual(Owners(Model).of("email"), "remote")

    def test_only_models_with_owners_or_exports_keep_bases(self):
        self.assertFalse(keeps_bases(type(self.env[CONTACT])))
        self.declare({})
        self.assertTrue(keeps_bases(self.model))
