# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of streams whose cursor is a sync token (promises 3, 4 and 6 of the flows)."""

from odoo.addons.connector.api import (
    Changes,
    IDMissingInBackend,
    InvalidDataError,
    RecordImporter,
    TokenAdapter,
    run_jobs,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .test_stream import StreamCase


class Book:
    """A backend that numbers its changes; the number of the last one is its token.

    Attributes:
        records: by id.
        oldest: the first token that it still knows.
        lost: ids that it lists and does not give.
        answers_all: it answers a token that it does not know with everything, and does
            not say so.
        cut: number of changes that an answer has at most.
    """

    def __init__(self):
        self.records, self.changes = {}, []
        self.oldest, self.lost = 0, set()
        self.answers_all, self.cut = False, None
        self.tokens, self.read = [], []

    def put(self, external_id, **values):
        """Store a record; its version is the number of its change."""
        self.changes.append(external_id)
        version = len(self.changes)
        record = {"id": external_id, "name": external_id, "version": version}
        self.records[external_id] = {**record, **values}

    def delete(self, external_id):
        """Delete a record."""
        self.changes.append(external_id)
        del self.records[external_id]

    def changed_since(self, token):
        """Return the changes since a token, as the adapter gives them."""
        self.tokens.append(token)
        now = str(len(self.changes))
        if token is None or int(token) < self.oldest:
            versions = {one: self.version(one) for one in self.records}
            return Changes(versions, (), now, is_full=not self.answers_all)
        start = int(token)
        end = start + self.cut if self.cut else len(self.changes)
        ids = dict.fromkeys(self.changes[start:end])
        there = {one: self.version(one) for one in ids if one in self.records}
        gone = [one for one in ids if one not in self.records]
        has_more = end < len(self.changes)
        return Changes(there, gone, str(end) if has_more else now, has_more=has_more)

    def version(self, external_id):
        """Return the version of a record as text."""
        return str(self.records[external_id]["version"])


class TokenCase(StreamCase):
    def setUp(self):
        self.book = Book()
        super().setUp()

    def adapter_class(self):
        book = self.book

        class BookAdapter(TokenAdapter):
            _model_name = CONTACT
            _version = "version"
            _page_size = 2

            def read_changes(self, token=None):
                return book.changed_since(token)

            def read(self, external_id):
                book.read.append(external_id)
                if external_id in book.lost:
                    raise InvalidDataError(f"{external_id} cannot be read")
                if external_id not in book.records:
                    raise IDMissingInBackend(external_id)
                return book.records[external_id]

            def read_many(self, external_ids):
                lost = [one for one in external_ids if one in book.lost]
                there = [one for one in external_ids if one not in book.lost]
                left_out = [self.not_delivered(one, "It is broken.") for one in lost]
                return [*(self.read(one) for one in there), *left_out]

        return BookAdapter

    def put(self, count, first=1):
        """Store so many contacts."""
        for number in range(first, first + count):
            self.book.put(f"C{number}")

    def age_bindings(self):
        """Let all bindings be older than the next run."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_test_contact SET create_date = now() - interval '1 day',"
            " sync_date = now() - interval '1 day'"
        )
        self.env.invalidate_all()

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([]).mapped("name")


class TestTokenStream(TokenCase):
    def test_first_run_imports_everything_and_keeps_the_token(self):
        self.put(5)

        run = self.run_stream()

        self.assertEqual((run.kind, run.state, run.page_count), ("full", "done", 3))
        self.assertEqual((run.read_count, run.created_count), (5, 5))
        self.assertEqual(self.stream.cursor, "5")
        self.assertFalse(run.listed)

    def test_next_run_reads_what_changed_since_the_token(self):
        self.put(5)
        self.run_stream()
        self.book.read.clear()
        self.book.put("C2", name="Changed")
        self.put(1, first=6)

        run = self.run_stream()

        self.assertEqual(self.book.read, ["C2", "C6"])
        self.assertEqual((run.kind, run.updated_count), ("changes", 1))
        self.assertEqual((run.read_count, run.created_count), (2, 1))
        self.assertEqual(
            (self.binding("C2").name, self.stream.cursor), ("Changed", "7")
        )

    def test_run_without_changes_reads_nothing(self):
        self.put(2)
        self.run_stream()
        self.book.read.clear()

        run = self.run_stream()

        self.assertEqual((run.state, run.read_count, self.book.read), ("done", 0, []))

    def test_token_moves_once_at_the_end(self):
        self.put(5)
        run = self.stream._start("changes")
        run.import_page(None)

        self.assertFalse(self.stream.cursor)
        run_jobs(self.env)
        self.assertEqual(self.stream.cursor, "5")

    def test_what_changes_meanwhile_is_in_the_next_run(self):
        self.put(5)
        run = self.stream._start("changes")
        run.import_page(None)
        self.book.put("C1", name="Late")
        run_jobs(self.env)

        self.run_stream()

        self.assertEqual(self.binding("C1").name, "Late")

    def test_pages_of_changes_go_on_where_an_answer_was_cut(self):
        self.put(2)
        self.run_stream()
        self.put(7, first=3)
        self.book.cut = 3

        run = self.run_stream()

        self.assertEqual(self.book.tokens, [None, "2", "5", "8"])
        self.assertEqual((run.created_count, self.stream.cursor), (7, "9"))

    def test_unknown_token_is_a_full_refresh_and_no_error(self):
        """Q5: most servers refuse it, and tell so."""
        self.put(12)
        self.run_stream()
        self.age_bindings()
        self.book.delete("C1")
        self.book.oldest = 99
        self.book.read.clear()

        run = self.run_stream()

        self.assertEqual((run.kind, run.state), ("full", "done"))
        self.assertEqual((run.unchanged_count, run.deleted_count), (11, 1))
        self.assertEqual(self.book.read, ["C1"])  # to be sure
        self.assertFalse(self.binding("C1").odoo_id.active)

    def test_q5_full_refresh_finds_what_a_token_never_tells(self):
        """Some servers answer a token that they do not know with everything."""
        self.put(12)
        self.run_stream()
        self.age_bindings()
        self.book.delete("C1")
        self.book.oldest, self.book.answers_all = 99, True
        changes = self.run_stream()
        self.book.answers_all = False

        full = self.run_stream("full")

        self.assertEqual((changes.kind, changes.deleted_count), ("changes", 0))
        self.assertEqual(full.deleted_count, 1)

    def test_record_in_the_same_version_is_not_read(self):
        self.put(3)
        self.run_stream()
        self.book.read.clear()

        run = self.run_stream("full")

        self.assertEqual((run.read_count, run.unchanged_count), (3, 3))
        self.assertEqual(self.book.read, [])

    def test_weak_version_is_never_enough(self):
        """An etag that stays the same while the record changes, as SOGo has it."""
        self.put(2)
        for record in self.book.records.values():
            record["version"] = 'W/"1"'
        self.run_stream()
        self.book.records["C1"]["name"] = "Changed"

        run = self.run_stream("full")

        self.assertEqual((run.updated_count, run.unchanged_count), (1, 1))
        self.assertEqual(self.binding("C1").name, "Changed")

    def test_record_is_read_again_where_its_mapper_changed(self):
        self.put(2)
        self.run_stream()
        self.binding("C1").import_hash = "of another mapper"

        run = self.run_stream("full")

        self.assertEqual(run.unchanged_count, 1)
        self.assertEqual(self.book.read, ["C1", "C2", "C1"])

    def test_rejected_record_stops_no_token(self):
        self.put(2)
        self.book.records["C1"]["bad"] = "this"

        run = self.run_stream()

        self.assertEqual((run.rejected_count, run.created_count), (1, 1))
        self.assertEqual(self.stream.cursor, "2")


class TestTokenDeletions(TokenCase):
    def test_deletion_that_is_told_is_done_here(self):
        self.put(5)
        self.run_stream()
        self.book.delete("C2")

        run = self.run_stream()

        self.assertEqual((run.kind, run.deleted_count), ("changes", 1))
        contact = self.binding("C2")
        self.assertEqual((contact.sync_state, contact.odoo_id.active), ("gone", False))

    def test_deletions_come_in_pages_after_the_others(self):
        self.put(9)
        self.run_stream()
        for number in range(1, 6):
            self.book.delete(f"C{number}")
        self.put(3, first=10)

        run = self.run_stream()

        self.assertEqual((run.created_count, run.deleted_count), (3, 5))
        self.assertEqual(run.page_count, 5)

    def test_deletion_of_a_record_that_never_was_here_is_nothing(self):
        """Q6: what was made and deleted between two runs."""
        self.put(1)
        self.run_stream()
        self.put(1, first=2)
        self.book.delete("C2")

        run = self.run_stream()

        self.assertEqual((run.state, run.deleted_count), ("done", 0))

    def test_record_that_is_there_after_all_is_not_deleted(self):
        self.put(3)
        self.run_stream()
        self.book.delete("C2")
        self.book.records["C2"] = {"id": "C2", "name": "Still there", "version": 9}

        self.patch(self.book, "changed_since", lambda _token: Changes({}, ["C2"], "9"))
        run = self.run_stream()

        self.assertEqual(run.deleted_count, 0)
        self.assertEqual(self.binding("C2").name, "Still there")

    def test_record_that_comes_back_brings_its_contact_back(self):
        self.put(3)
        self.run_stream()
        self.book.delete("C2")
        self.run_stream()
        self.book.put("C2", name="Back")

        run = self.run_stream()

        contact = self.binding("C2")
        self.assertEqual((run.updated_count, contact.name), (1, "Back"))
        self.assertEqual((contact.sync_state, contact.odoo_id.active), ("synced", True))

    def test_record_that_comes_back_broken_brings_its_contact_back_later(self):
        self.put(3)
        self.run_stream()
        self.book.delete("C2")
        self.run_stream()
        self.book.put("C2", bad="this")
        self.run_stream()
        contact = self.binding("C2")
        self.assertFalse(contact.odoo_id.active)

        self.book.put("C2")
        self.run_stream()

        self.assertEqual((contact.sync_state, contact.odoo_id.active), ("synced", True))

    def test_deleted_record_is_no_candidate_again(self):
        """Each one was read again by each full refresh, and counted for the limit."""
        self.put(5)
        self.run_stream()
        self.age_bindings()
        self.book.delete("C2")
        self.run_stream()
        self.book.read.clear()

        run = self.run_stream("full")

        self.assertEqual((run.deleted_count, self.book.read), (0, []))

    def test_record_that_cannot_be_deleted_stops_no_other(self):
        self.put(3)
        self.run_stream()
        contact = self.binding("C1").odoo_id
        self.env["res.users"].create({"login": "c1", "partner_id": contact.id})
        self.book.delete("C1")
        self.book.delete("C2")

        run = self.run_stream()

        self.assertEqual((run.state, run.deleted_count), ("done", 1))
        self.assertEqual(run.rejected_count, 1)
        self.assertTrue(contact.active)
        self.assertTrue(any("C1" in text for text in self.checkpoints()))


class TestNotDelivered(TokenCase):
    def test_record_that_does_not_come_stops_no_other(self):
        self.put(3)
        self.book.lost = {"C2"}

        run = self.run_stream()

        self.assertEqual((run.created_count, run.not_delivered_count), (2, 1))
        self.assertEqual(run.state, "done")
        self.assertTrue(any("It is broken." in text for text in self.checkpoints()))

    def test_record_that_did_not_come_is_asked_for_again(self):
        self.put(3)
        self.book.lost = {"C2"}
        self.run_stream()
        self.book.lost = set()
        self.book.read.clear()

        run = self.run_stream()

        self.assertEqual(self.book.read, ["C2"])
        self.assertEqual((run.created_count, run.not_delivered_count), (1, 0))
        self.assertEqual(self.stream.cursor, "3")

    def test_known_record_that_does_not_come_is_not_deleted(self):
        self.put(3)
        self.run_stream()
        self.age_bindings()
        self.book.put("C2")
        self.book.lost = {"C2"}

        run = self.run_stream("full")

        self.assertEqual((run.not_delivered_count, run.deleted_count), (1, 0))
        self.assertTrue(self.binding("C2").odoo_id.active)

    def test_record_that_an_answer_leaves_out_is_counted(self):
        self.put(3)
        adapter = self.scope().backend.get_class(TokenAdapter, self.session, CONTACT)
        self.patch(adapter, "read_many", lambda *_args: [])

        run = self.run_stream()

        self.assertEqual((run.read_count, run.not_delivered_count), (3, 3))

    def test_page_without_a_stream_counts_them_too(self):
        self.put(3)
        self.book.lost = {"C2"}

        result = self.import_batch()

        self.assertEqual(result.counts, {"created": 2, "not delivered": 1})
        self.assertEqual(result.not_delivered, {"C2": "It is broken."})


class TestStart(TokenCase):
    def test_stream_is_started_by_its_name(self):
        self.put(1)

        run = self.backend_record.start_stream("contacts")

        self.assertEqual(self.backend_record.start_stream("contacts"), run)
        run_jobs(self.env)
        self.assertEqual((run.state, run.created_count), ("done", 1))

    def test_jobs_of_a_stream_belong_to_its_backend(self):
        """So pausing a backend pauses them, and its screens count them."""
        run = self.backend_record.start_stream("contacts")

        page_job = self.env["connector.queue.job"].search([("uuid", "=", run.job_uuid)])
        self.assertEqual(page_job.backend_id, self.backend_record)

    def test_unknown_name_is_refused_with_a_suggestion(self):
        with self.assertRaisesRegex(Exception, "Did you mean 'contacts'"):
            self.backend_record.start_stream("contact")

    def test_part_that_was_left_out_is_a_checkpoint(self):
        self.put(1)

        class OwnImporter(RecordImporter):
            _model_name = CONTACT

            def _create_data(self, map_record, **options):
                options["dropped"].append("Its picture is broken.")
                return super()._create_data(map_record, **options)

        self.backend(OwnImporter)
        self.run_stream()

        self.assertEqual(len(self.checkpoints()), 1)
        self.assertIn("picture is broken", self.checkpoints()[0])
