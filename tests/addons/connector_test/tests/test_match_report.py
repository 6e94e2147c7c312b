# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the match report and of a first match against many curated records."""

from odoo.exceptions import UserError

from odoo.addons.connector.api import ImportMapper, mapping, run_jobs
from odoo.addons.connector_test.models.flow import CONTACT, MEMBER

from .match_case import MatchCase


class ReportCase(MatchCase):
    def setUp(self):
        super().setUp()
        self.stream = self.env["connector.stream"].create(
            {"name": "members", "backend_id": self.backend_record, "model": MEMBER}
        )

    def report(self):
        """Make a report, and return how many records are what."""
        self.stream.action_match_report()
        run_jobs(self.env)
        outcomes = self.matches().mapped("outcome")
        return {one: outcomes.count(one) for one in set(outcomes)}


class TestMatchReport(ReportCase):
    def setUp(self):
        super().setUp()
        self.here = len(self.env["res.partner"].search([]))
        self.ada = self.partner(ref="A1")
        self.twins = self.partner(ref="A2"), self.partner(ref="A2")
        self.records = [
            {"id": "M1", "name": "Ada", "number": "A1"},
            {"id": "M2", "name": "Bob", "number": "A2"},
            {"id": "M3", "name": "Cid", "number": "A3"},
        ]

    def test_report_says_what_is_matched_unclear_and_on_one_side_only(self):
        counts = self.report()

        self.assertEqual(
            counts,
            {"matched": 1, "ambiguous": 1, "only_there": 1, "only_here": self.here},
        )
        self.assertEqual(self.matches(outcome="matched").record_id, self.ada.id)
        self.assertEqual(self.matches(outcome="matched").keys, "ref: a1")
        unclear = self.matches(outcome="ambiguous")
        self.assertEqual(unclear.candidate_ids, [one.id for one in self.twins])

    def test_report_changes_nothing_else(self):
        before = self.tables()

        self.report()

        self.assertEqual(self.tables(), before)
        self.assertFalse(self.env[MEMBER].search([]))
        self.assertFalse(self.env["connector.checkpoint"].search([]))

    def test_mapping_that_writes_leaves_nothing(self):
        class WritingMapper(ImportMapper):
            _model_name = MEMBER
            direct = [("name", "name"), ("number", "ref")]

            @mapping
            def tag(self, record):
                tag = self.env["res.partner.category"].create({"name": record["id"]})
                return {"category_id": [(4, tag.id)]}

        self.backend(WritingMapper, replacing=self.mapper_of_case())

        self.report()

        self.assertFalse(self.env["res.partner.category"].search([("name", "=", "M1")]))

    def mapper_of_case(self):
        return type(self.importer().mapper)

    def test_record_that_cannot_be_mapped_is_named(self):
        self.records.append({"id": "M4", "name": "Dot", "grade": None, "number": []})
        self.patch(
            self.mapper_of_case(),
            "finalize",
            lambda _this, map_record, values: {**values, "ref": values["ref"] or 1 / 0},
        )

        self.report()

        self.assertIn("zero", self.matches(outcome="rejected").reason)

    def test_report_reads_all_pages(self):
        self.records = [{"id": f"M{one}", "name": "X"} for one in range(250)]

        self.assertEqual(self.report()["only_there"], 250)

    def test_next_report_replaces_the_last_one(self):
        self.report()
        self.records.pop()
        self.twins[0].unlink()

        counts = self.report()

        self.assertEqual(counts, {"matched": 2, "only_here": self.here})

    def test_what_was_decided_on_a_report_is_what_an_import_does(self):
        self.report()
        match = self.matches(outcome="ambiguous")
        match.record_id = self.twins[1].id

        match.action_link()
        run_jobs(self.env)

        self.assertEqual(self.member("M2").odoo_id, self.twins[1])

    def test_stream_without_match_keys_has_no_report(self):
        self.stream.model = CONTACT

        with self.assertRaisesRegex(UserError, "_match"):
            self.stream.action_match_report()

    def test_matches_of_a_deleted_backend_are_gone(self):
        self.report()
        self.stream.unlink()

        self.backend_record.copy({"name": "Other"}).unlink()
        self.assertTrue(self.matches())
        self.backend_record.unlink()

        self.assertFalse(self.matches())


class TestFirstMatch(ReportCase):
    COUNT = 5000

    def setUp(self):
        super().setUp()
        self.partners = self.env["res.partner"].create(
            [
                {"name": f"Curated {one}", "ref": f"R{one}", "city": city}
                for one, city in enumerate(self.cities())
            ]
        )
        self.records = [
            {"id": f"M{one}", "name": f"There {one}", "number": f"r{one}", "town": "Z"}
            for one in range(self.COUNT)
        ]

    def cities(self):
        """Return the cities that are known here: a few are not."""
        return [False if one % 50 == 0 else "Bern" for one in range(self.COUNT)]

    def import_all(self):
        self.backend_record.delayed().import_batch(MEMBER)
        run_jobs(self.env)
        self.assertEqual(self.env[MEMBER].search_count([]), self.COUNT)

    def test_link_of_5000_records_leaves_the_table_as_it_is(self):
        self.policy("link")
        before = self.tables()

        self.import_all()

        self.assertEqual(self.tables(), before)

    def test_fill_of_5000_records_changes_only_what_was_empty(self):
        before = self.tables()["res_partner"]

        self.import_all()

        after = {row["id"]: row for row in self.tables()["res_partner"]}
        self.assertEqual(len(after), len(before))
        changed = set()
        for row in before:
            new = after[row["id"]]
            names = {name for name in row if new[name] != row[name]}
            changed |= {(name, row[name]) for name in names - {"write_date"}}
        self.assertEqual(changed, {("city", None)})
        filled = [city or "Z" for city in self.cities()]
        self.assertEqual([partner.city for partner in self.partners], filled)
