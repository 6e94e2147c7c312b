# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of records that are found or created by a natural key."""

from odoo.addons.connector.api import (
    Backend,
    ImportMapper,
    InvalidDataError,
    InvalidUsageError,
    RecordImporter,
    RetryableJobError,
    mapping,
)
from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import RaceCase
from odoo.addons.connector_test.models.flow import MEMBER

from .match_case import MatchCase

TAG = "res.partner.category"


class TestFindOrCreate(MatchCase):
    def find(self, model=TAG, *values, **key):
        return self.importer().find_or_create(model, *values, **key)

    def test_record_is_created_once(self):
        tag = self.find(name="Gold")

        self.assertEqual(tag.name, "Gold")
        self.assertEqual(self.find(name="Gold"), tag)
        self.assertEqual(self.find(name="Silver").name, "Silver")

    def test_known_record_costs_one_query(self):
        self.find(name="Gold")
        self.env.flush_all()

        with self.assertQueryCount(1):
            self.find(name="Gold")

    def test_other_values_are_those_of_a_new_record_only(self):
        tag = self.find(TAG, {"color": 3}, name="Gold")
        self.find(TAG, {"color": 4}, name="Gold")

        self.assertEqual(tag.color, 3)

    def test_archived_record_is_found(self):
        tag = self.env[TAG].create({"name": "Gold", "active": False})

        self.assertEqual(self.find(name="Gold"), tag)

    def test_record_of_another_company_is_not_taken(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.partner(ref="A1", company_id=other.id)

        ours = self.find("res.partner", {"name": "Ada"}, ref="A1")

        self.assertNotEqual(ours, theirs)

    def test_several_records_with_the_key_are_refused(self):
        tags = self.env[TAG].create([{"name": "Gold"}, {"name": "Gold"}])

        with self.assertRaisesRegex(InvalidDataError, f"{TAG},{tags[0].id}"):
            self.find(name="Gold")

    def test_value_that_odoo_would_cut_is_refused(self):
        """O1: it looks for AU when it is asked for AUT, and finds Australia."""
        with self.assertRaisesRegex(InvalidDataError, "'AUT'"):
            self.find("res.country", code="AUT")

    def test_missing_value_is_refused(self):
        with self.assertRaisesRegex(InvalidDataError, "name"):
            self.find(name=None)

    def test_unknown_field_is_refused_with_a_suggestion(self):
        with self.assertRaisesRegex(InvalidUsageError, "Did you mean 'name'"):
            self.find(nam="Gold")

    def test_mapper_finds_and_creates_too(self):
        class TaggingMapper(ImportMapper):
            _model_name = MEMBER
            direct = [("name", "name")]

            @mapping
            def tag(self, record):
                tag = self.find_or_create(TAG, name=record["tag"])
                return {"category_id": [(6, 0, tag.ids)]}

        self.backend(TaggingMapper, replacing=type(self.importer().mapper))
        records = [{"id": f"M{one}", "name": "X", "tag": "Gold"} for one in range(3)]

        self.import_page(records)

        self.assertEqual(self.env[TAG].search_count([("name", "=", "Gold")]), 1)
        self.assertEqual(self.member("M2").category_id.name, "Gold")

    def test_record_of_a_rejected_record_is_made_again(self):
        class RefusingImporter(RecordImporter):
            _model_name = MEMBER

            def _after_import(self, binding):
                tag = self.find_or_create(TAG, name="Gold")
                binding.category_id = tag
                if self.external_id == "M1":
                    raise ValueError("refused")

        self.backend(RefusingImporter)

        self.import_page([{"id": "M1", "name": "X"}, {"id": "M2", "name": "X"}])

        self.assertEqual(self.member("M2").category_id.name, "Gold")
        self.assertTrue(self.member("M2").category_id.exists())


class TestFindOrCreateRace(RaceCase):
    """Two transactions need the same tag, which nobody has made yet."""

    NAME = "Raced for"

    def setUp(self):
        super().setUp()
        Backend("connector_test", version="1")
        self.first, self.second = self.open_env(), self.open_env()
        self.addCleanup(self.delete)
        for env in (self.first, self.second):
            env.cr.execute("SELECT 1")  # takes the snapshot

    def delete(self):
        for env in (self.first, self.second):
            env.cr.rollback()
        self.first[TAG].search([("name", "=", self.NAME)]).unlink()
        self.first.cr.commit()

    def find(self, env):
        backend = env["connector.test.backend"].new({"name": "Shop", "version": "1"})
        scope = ConnectorEnvironment(backend, ConnectorSession.from_env(env), MEMBER)
        return ImportMapper(scope).find_or_create(TAG, name=self.NAME)

    def test_loser_waits_while_the_winner_has_not_committed(self):
        self.find(self.first)

        with self.assertRaisesRegex(RetryableJobError, "lock"):
            self.find(self.second)

    def test_loser_does_not_make_what_its_snapshot_does_not_show(self):
        winner = self.find(self.first)
        self.first.cr.commit()

        with self.assertRaisesRegex(RetryableJobError, self.NAME):
            self.find(self.second)

        self.second.cr.rollback()
        self.assertEqual(self.find(self.second).id, winner.id)
