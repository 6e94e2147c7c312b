# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the first match: what is here already is bound, not made again."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.connector.api import MatchKey, RecordImporter, run_jobs
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.binding_declare import check_binding, match_keys
from odoo.addons.connector.flows.importing import matching
from odoo.addons.connector_test.models.flow import MEMBER

from .match_case import MatchCase


class TestMatch(MatchCase):
    def test_record_that_is_here_is_bound_and_not_created_again(self):
        ada = self.partner(ref="A1")

        result = self.import_page([{"id": "M1", "name": "Ada L.", "number": "A1"}])

        self.assertEqual(result.counts, {"matched": 1})
        self.assertEqual(self.member("M1").odoo_id, ada)

    def test_link_leaves_the_record_as_it_is(self):
        self.policy("link")
        self.partner(ref="A1")
        before = self.tables()
        record = {"id": "M1", "name": "B", "number": "A1", "town": "Bern", "grade": "x"}

        self.import_page([record])

        self.assertEqual(self.tables(), before)
        self.assertEqual(self.member("M1").grade, "x")  # of the binding itself

    def test_fill_writes_only_what_is_empty(self):
        ada = self.partner(ref="A1", email="ada@example.com", partner_latitude=0)
        record = {
            "id": "M1",
            "name": "Other",
            "number": "A1",
            "mail": "x@example.com",
            "town": "Bern",
            "lat": 47.5,
        }

        self.import_page([record])

        self.assertEqual((ada.name, ada.email), ("Ada", "ada@example.com"))
        self.assertEqual(ada.city, "Bern")
        self.assertEqual(ada.partner_latitude, 0)  # 0 is a value

    def test_update_writes_what_differs(self):
        self.policy("update")
        ada = self.partner(ref="A1", email="ada@example.com")

        self.import_page(
            [{"id": "M1", "name": "Other", "number": "A1", "town": "Bern"}]
        )

        self.assertEqual((ada.name, ada.city), ("Other", "Bern"))
        self.assertEqual(ada.email, "ada@example.com")

    def test_same_record_again_writes_nothing_more(self):
        for policy in ("link", "fill"):
            with self.subTest(policy):
                self.policy(policy)
                ada = self.partner(ref=policy)
                record = {"id": policy, "name": "Other", "number": policy}
                self.import_page([record])

                result = self.import_page([record])

                self.assertEqual(result.counts, {"unchanged": 1})
                self.assertEqual(ada.name, "Ada")

    def test_case_and_blanks_at_the_ends_do_not_count(self):
        ada = self.partner(email=" Ada@Example.com ")

        self.import_page([{"id": "M1", "name": "Ada", "mail": "ada@example.COM"}])

        self.assertEqual(self.member("M1").odoo_id, ada)

    def test_exact_key_compares_texts_as_they_are(self):
        keys = [MatchKey("ref", exact=True)]
        self.patch(matching, "match_keys", lambda _model_class: keys)
        self.partner(ref="a1")

        result = self.import_page([{"id": "M1", "name": "Ada", "number": "A1"}])

        self.assertEqual(result.counts, {"created": 1})

    def test_archived_record_is_found(self):
        ada = self.partner(ref="A1", active=False)

        self.import_page([{"id": "M1", "name": "Ada", "number": "A1"}])

        archived = self.env[MEMBER].with_context(active_test=False)
        self.assertEqual(archived.search([]).odoo_id, ada)

    def test_record_of_another_company_is_never_matched(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.partner(ref="A1", company_id=other.id)
        self.backend_record.company_id = self.env.company

        result = self.import_page([{"id": "M1", "name": "Ada", "number": "A1"}])

        self.assertEqual(result.counts, {"created": 1})

    def test_empty_key_finds_nothing(self):
        self.partner(ref=False, email=" ")

        result = self.import_page(
            [{"id": "M1", "name": "B", "number": "", "mail": " "}]
        )

        self.assertEqual(result.counts, {"created": 1})

    def test_page_looks_up_each_key_in_one_query(self):
        self.import_page([{"id": "M0", "name": "Ada", "number": "A0"}])  # warm
        partners = [
            {"name": f"P{number}", "ref": f"A{number}"} for number in range(300)
        ]
        self.env["res.partner"].create(partners[1:])
        records = [
            {"id": f"M{number}", "name": "X", "number": f"a{number}", "mail": "x@y.z"}
            for number in range(1, 300)
        ]
        for number, record in enumerate(records):
            record["mail"] = f"x{number}@example.com"
        looked_up = []
        query = matching.Matching._query
        self.patch(
            matching.Matching,
            "_query",
            lambda this, key, values: (
                looked_up.append(key.field) or query(this, key, values)
            ),
        )

        result = self.import_page(records)

        self.assertEqual(result.counts, {"matched": 299})
        self.assertEqual(sorted(looked_up), ["email", "ref"])

    def test_binding_is_made_without_the_values_of_the_record(self):
        """Odoo writes all inherited values of a create with a known record."""
        self.policy("link")
        self.partner(ref="A1")
        created = []
        model_class = type(self.env[MEMBER])
        create = model_class.create
        self.patch(
            model_class,
            "create",
            lambda this, values: created.extend(values) or create(this, values),
        )

        self.import_page([{"id": "M1", "name": "Other", "number": "A1", "grade": "x"}])

        self.assertEqual(
            set(created[0]), {"odoo_id", "backend_id", "external_id", "grade"}
        )

    def test_new_binding_writes_nothing_to_its_record(self):
        """Odoo writes empty properties to it, one write for each binding."""
        ada = self.partner()
        written = []
        model_class = type(ada)
        write = model_class.write
        self.patch(
            model_class,
            "write",
            lambda this, vals: written.append(vals) or write(this, vals),
        )
        values = {"backend_id": self.backend_record.id, "external_id": "M1"}

        self.env[MEMBER].create({"odoo_id": ada.id, **values})

        self.assertEqual(written, [])

    def test_find_existing_may_be_overridden(self):
        ada = self.partner(name="Ada L.")

        class OwnMemberImporter(RecordImporter):
            _model_name = MEMBER

            def _find_existing(self, data):
                known = super()._find_existing(data)
                return known or known.search([("name", "=", data["name"])])

        self.backend(OwnMemberImporter)

        self.import_page([{"id": "M1", "name": "Ada L."}])

        self.assertEqual(self.member("M1").odoo_id, ada)

    def test_run_of_a_stream_counts_what_was_matched(self):
        stream = self.env["connector.stream"].create(
            {"name": "members", "backend_id": self.backend_record, "model": MEMBER}
        )
        self.partner(ref="A1")
        self.records = [{"id": "M1", "name": "Ada L.", "number": "A1"}]

        run = stream._start("changes")
        run_jobs(self.env)

        self.assertEqual((run.matched_count, run.created_count), (1, 0))

    def test_single_import_matches_too(self):
        ada = self.partner(ref="A1")
        self.records = [{"id": "M1", "name": "Ada L.", "number": "A1"}]

        self.assertEqual(self.importer().run("M1"), "matched")
        self.assertEqual(self.member("M1").odoo_id, ada)


class TestUnclearMatch(MatchCase):
    def checkpoint(self):
        return self.env["connector.checkpoint"].search([("state", "=", "need_review")])

    def import_unclear(self, **values):
        record = {"id": "M1", "name": "Ada L.", "number": "A1", **values}
        self.records = [record]
        return self.import_page()

    def assert_asked(self, result, *partners):
        self.assertEqual(result.counts, {"rejected": 1})
        self.assertFalse(self.member("M1"))
        checkpoint = self.checkpoint()
        self.assertEqual(len(checkpoint), 1)
        for partner in partners:
            self.assertIn(f"res.partner,{partner.id}", checkpoint.message)
        self.assertEqual(
            checkpoint.record.candidate_ids, sorted(partners_ids(partners))
        )

    def test_several_records_for_one_key_are_a_question(self):
        partners = self.partner(ref="A1"), self.partner(ref=" a1")

        result = self.import_unclear()

        self.assert_asked(result, *partners)
        self.assertEqual(self.matches().outcome, "ambiguous")

    def test_keys_that_disagree_are_a_question(self):
        partners = self.partner(ref="A1"), self.partner(email="b@example.com")

        result = self.import_unclear(mail="b@example.com")

        self.assert_asked(result, *partners)

    def test_record_that_is_bound_already_is_a_question(self):
        ada = self.partner(ref="A1")
        self.import_page([{"id": "M0", "name": "Ada", "number": "A1"}])

        result = self.import_unclear()

        self.assert_asked(result, ada)
        self.assertIn("'M0'", self.checkpoint().message)
        self.assertEqual(self.matches().outcome, "bound")

    def test_second_record_of_a_page_with_the_same_key_is_a_question(self):
        records = [
            {"id": "M0", "name": "Ada", "number": "A1"},
            {"id": "M1", "name": "Ada L.", "number": "A1"},
        ]

        result = self.import_page(records)

        self.assertEqual(result.counts, {"created": 1, "rejected": 1})
        self.assertIn("'M0'", result.rejected["M1"])

    def test_key_of_a_rejected_record_is_free_for_the_next_one(self):
        records = [
            {"id": "M0", "name": False, "number": "A1"},  # the database refuses it
            {"id": "M1", "name": "Ada L.", "number": "A1"},
        ]

        result = self.import_page(records)

        self.assertEqual(result.counts, {"created": 1, "rejected": 1})
        self.assertTrue(self.member("M1"))

    def test_batch_makes_one_checkpoint_of_it(self):
        self.partner(ref="A1"), self.partner(ref="A1")
        self.records = [{"id": "M1", "name": "Ada L.", "number": "A1"}]

        self.backend_record.import_page(MEMBER)

        self.assertEqual(len(self.checkpoint()), 1)

    def test_single_import_asks_too(self):
        self.partner(ref="A1"), self.partner(ref="A1")
        self.records = [{"id": "M1", "name": "Ada L.", "number": "A1"}]

        self.backend_record.import_page(MEMBER)

        self.assertIn("rejected: ", self.importer().run("M1"))
        self.assertEqual(len(self.checkpoint()), 1)
        rejected = self.env["connector.rejected"].search([])
        self.assertFalse(rejected.closed_at)  # it is not in yet

    def test_record_that_the_user_may_not_read_is_a_question(self):
        ada = self.partner(ref="A1")
        self.env["ir.rule"].create(
            {
                "name": "none",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {ada.id})]",
            }
        )
        user = new_test_user(
            self.env, "importer", "base.group_user,base.group_partner_manager"
        )
        self.backend_record.flow_user_id = user
        self.records = [{"id": "M1", "name": "Ada L.", "number": "A1"}]

        self.backend_record.import_page(MEMBER)

        self.assertIn(f"res.partner,{ada.id}", self.checkpoint().message)
        self.assertFalse(self.member("M1"))

    def test_chosen_record_is_linked(self):
        ada, _other = self.partner(ref="A1"), self.partner(ref="A1")
        self.import_unclear()
        match = self.checkpoint().record
        match.record_id = ada.id

        match.action_link()
        run_jobs(self.env)

        self.assertEqual(self.member("M1").odoo_id, ada)
        self.assertFalse(self.checkpoint())

    def test_link_to_a_bound_record_is_an_alias(self):
        ada = self.partner(ref="A1")
        self.import_page([{"id": "M0", "name": "Ada", "number": "A1"}])
        self.import_unclear()
        match = self.checkpoint().record
        match.record_id = ada.id

        match.action_link()
        run_jobs(self.env)

        self.assertEqual(self.member("M1").odoo_id, ada)
        self.assertTrue(self.member("M1").is_alias)
        self.assertEqual(ada.name, "Ada")

    def test_person_may_let_a_new_record_be_created(self):
        partners = self.partner(ref="A1"), self.partner(ref="A1")
        self.import_unclear()

        self.checkpoint().record.action_create()
        run_jobs(self.env)

        self.assertTrue(self.member("M1").odoo_id)
        self.assertNotIn(self.member("M1").odoo_id, partners)

    def test_reviewer_links_what_is_offered_and_what_they_may_write(self):
        ada, _other = self.partner(ref="A1"), self.partner(ref="A1")
        stranger = self.partner(name="Stranger")
        self.import_unclear()
        groups = "base.group_user,connector.group_connector_reviewer"
        reviewer = new_test_user(self.env, "reviewer", groups)
        match = self.checkpoint().record.with_user(reviewer)
        match.record_id = stranger.id
        with self.assertRaises(AccessError):
            match.action_link()

        match.record_id = ada.id
        match.action_link()
        run_jobs(self.env)

        self.assertEqual(self.member("M1").odoo_id, ada)

    def test_user_decides_the_match_about_which_they_are_asked(self):
        ada, _other = self.partner(ref="A1"), self.partner(ref="A1")
        self.import_unclear()
        groups = "base.group_user,connector.group_connector_user"
        asked, other = (new_test_user(self.env, name, groups) for name in ("u1", "u2"))
        self.checkpoint().user_id = asked
        match = self.checkpoint().record

        self.assertEqual(match.reviewer_id, asked)
        self.assertTrue(match.with_user(asked).may_decide)
        self.assertFalse(match.with_user(other).may_decide)
        with self.assertRaises(AccessError):
            match.with_user(other).record_id = ada.id
        with self.assertRaises(AccessError):
            match.with_user(other).action_create()
        match.with_user(asked).record_id = ada.id
        match.with_user(asked).action_link()

        self.assertEqual((match.decision, match.decided_by_id), ("link", asked))
        self.assertFalse(match.with_user(asked).may_decide)

    def test_link_needs_a_chosen_record(self):
        self.partner(ref="A1"), self.partner(ref="A1")
        self.import_unclear()

        with self.assertRaisesRegex(UserError, "M1"):
            self.checkpoint().record.action_link()


def partners_ids(partners):
    return [partner.id for partner in partners]


class TestMatchDeclaration(MatchCase):
    def test_wrong_declarations_keep_the_addon_from_loading(self):
        cases = [
            ("_match", ["emial"], "Did you mean 'email'"),
            ("_match", ["category_id"], "many2many"),
            ("_match", ["display_name"], "computed"),
            ("_on_match", "fil", "Did you mean 'fill'"),
            ("_on_deleted_here", "recreat", "Did you mean 'recreate'"),
            ("_stable_key", "uidd", "Did you mean 'uid'"),
        ]
        for attribute, value, hint in cases:
            with self.subTest(attribute, value=value):
                model_class = self.declaring({attribute: value})

                with self.assertRaisesRegex(InvalidUsageError, hint) as caught:
                    check_binding(model_class)

                self.assertIn(MEMBER, str(caught.exception))

    def test_addons_add_keys_and_replace_them_by_field(self):
        model_class = self.declaring({"_match": ["vat", MatchKey("ref", exact=True)]})

        keys = {key.field: key.exact for key in match_keys(model_class)}

        self.assertEqual(keys, {"ref": True, "email": False, "vat": False})

    def declaring(self, members):
        """Return what stands for the class of the model with more declarations."""
        model_class = self.env.registry[MEMBER]
        names = ("_name", "pool", "_fields", "_on_match", "_on_deleted_here")
        known = {name: getattr(model_class, name) for name in (*names, "_stable_key")}
        cls = type("Declaring", (), {**known, **members})
        cls.mro = lambda: [cls, *model_class.mro()]
        return cls
