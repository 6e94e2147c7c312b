# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the names of records, shown only to readers of the records.

Odoo computes the name behind a many2one, and those that ``name_search`` gives, in
superuser mode: so the name of a row showed records that its reader may not read.
"""

from odoo.tests import new_test_user, tagged

from odoo.addons.connector.magic import Magic

from ..models.job import TRACE, leave_trace
from .checkpoint_case import CheckpointCase
from .link_case import PARTNER, RELATION, LinkCase
from .queue_case import JOB, QueueCase
from .rights_case import RightsCase
from .rights_matrix import ACCESS

LABEL = {"fields": {"display_name": {}}}


def close(record) -> None:
    """Close a record to everybody by a rule."""
    record.env["ir.rule"].create(
        {
            "name": "nobody",
            "model_id": record.env["ir.model"]._get_id(record._name),
            "domain_force": [("id", "!=", record.id)],
        }
    )


class TestCheckpoint(CheckpointCase):
    def setUp(self):
        super().setUp()
        self.reviewer = self.new_user("reviewer", "group_connector_reviewer")
        self.checkpoint = self.add()
        self.closed = f"Contact #{self.partner.id} (no access)"
        close(self.partner)

    def test_search_of_names_tells_no_closed_record(self):
        found = self.checkpoints.with_user(self.reviewer).name_search("")

        self.assertIn((self.checkpoint.id, self.closed), found)

    def test_closed_record_is_not_found_by_its_name(self):
        found = self.checkpoints.with_user(self.reviewer).name_search("lovel")

        self.assertEqual(found, [])

    def test_name_is_that_of_the_reader_whoever_asked_before(self):
        theirs = self.checkpoint.with_user(self.reviewer)

        self.assertEqual(self.checkpoint.display_name, "Ada Lovelace")
        for one in (theirs, theirs.sudo()):
            with self.subTest(su=one.env.su):
                self.assertEqual(one.display_name, self.closed)
        self.assertEqual(self.checkpoint.display_name, "Ada Lovelace")

    def test_search_in_superuser_mode_is_no_oracle(self):
        sudo = self.checkpoints.with_user(self.reviewer).sudo()

        self.assertFalse(sudo.search([("name", "ilike", "lovel")]))
        self.assertTrue(self.checkpoints.search([("name", "ilike", "lovel")]))

    def test_elevated_code_of_another_company_gets_a_name(self):
        """It may have a company current that is none of the user's: no name fails."""
        there = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.checkpoint.with_user(self.reviewer).sudo()

        self.assertEqual(theirs.with_company(there).name, self.closed)

    def test_closed_checkpoint_is_called_by_its_id(self):
        stranger = self.new_user("stranger", "group_connector_user")

        self.assertEqual(
            self.checkpoint.with_user(stranger).sudo().display_name,
            f"Connector Checkpoint #{self.checkpoint.id} (no access)",
        )

    def test_closed_job_of_a_checkpoint_is_called_by_its_id(self):
        session = self.session
        uuid = leave_trace.delay(session, TRACE, description="Import Ada")
        job = self.env[JOB].search([("uuid", "=", uuid)])
        checkpoint = self.add(message="Look!", job=uuid)
        closed = f"Queue Job #{job.id} (no access)"

        [values] = checkpoint.with_user(self.reviewer).web_read(
            {"job_id": LABEL, "job_name": {}, "job_state": {}}
        )

        self.assertEqual(values["job_id"]["display_name"], closed)
        self.assertEqual(values["job_name"], closed)
        self.assertEqual(values["job_state"], "pending")
        self.assertEqual(checkpoint.job_name, "Import Ada")


class TestTold(CheckpointCase):
    """What is sent and stored is read by others than who made it."""

    def setUp(self):
        super().setUp()
        self.manager = self.new_user(
            "manager", "group_connector_manager", notification_type="email"
        )
        self.checkpoint = self.add()
        self.name = f"Contact #{self.partner.id}"

    def mails(self):
        """Return the texts of all mails that are to be sent about the checkpoint."""
        mails = self.env["mail.mail"].search(
            [
                ("model", "=", "connector.checkpoint"),
                ("res_id", "in", self.checkpoint.ids),
            ]
        )
        return [f"{mail.subject} {mail.body_html}" for mail in mails]

    def test_mails_call_the_record_by_its_id(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1)
        assignee = self.new_user(
            "ada", "group_connector_reviewer", notification_type="email"
        )

        self.checkpoints._cron_tell()
        self.checkpoint.message_post(
            body="Look!", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.checkpoint.user_id = assignee
        self.env.flush_all()

        mails = self.mails()
        self.assertGreaterEqual(len(mails), 3)
        for text in mails:
            self.assertIn(self.name, text)
            self.assertNotIn("Lovelace", text)

    def test_activity_keeps_the_id_of_the_record(self):
        self.checkpoint.user_id = self.manager

        activity = self.checkpoint.activity_ids

        self.assertEqual(activity.res_name, self.name)
        self.assertEqual(self.checkpoint.name, "Ada Lovelace")

    def test_message_is_its_name_in_activities(self):
        checkpoint = self.add(message="Look!", user_id=self.manager)

        self.assertEqual(checkpoint.activity_ids.res_name, "Look!")


class TestLink(LinkCase):
    def setUp(self):
        super().setUp()
        groups = "base.group_user,connector.group_connector_user"
        self.user = new_test_user(self.env, "user", groups)
        self.ada.set_link(RELATION, "A1")
        self.bob.set_link(RELATION, "B1", system="shop")
        self.of_ada, self.of_bob = self.env["connector.link"].search(
            [("relation_id.name", "=", RELATION)], order="id"
        )
        self.links = self.env["connector.link"].with_user(self.user)

    def search(self, text: str, **options) -> list[int]:
        """Return the ids of the links of this test with such a name."""
        ours = [("id", "in", (self.of_ada + self.of_bob).ids)]
        return [id_ for id_, _name in self.links.name_search(text, ours, **options)]

    def test_link_is_found_by_what_it_is_called(self):
        for text, options, expected in (
            ("ada", {}, self.of_ada),
            ("b1", {}, self.of_bob),
            ("A1", {"operator": "="}, self.of_ada),
            ("ada", {"operator": "not ilike"}, self.of_bob),
            ("no such text", {}, self.links),
            (str(self.ada.id), {"operator": "="}, self.links),
            ("", {}, self.of_bob + self.of_ada),
        ):
            with self.subTest(text, **options):
                self.assertEqual(self.search(text, **options), expected.ids)

    def test_closed_record_is_neither_named_nor_found(self):
        close(self.ada)
        closed = f"Contact #{self.ada.id} (no access) = external: A1"

        self.assertEqual(self.of_ada.display_name, "Ada = external: A1")
        self.assertEqual(self.of_ada.with_user(self.user).sudo().display_name, closed)
        self.assertIn((self.of_ada.id, closed), self.links.name_search("A1"))
        self.assertEqual(self.search("ada"), [])

    def test_link_behind_a_side_tells_no_closed_record(self):
        close(self.ada)
        side = self.of_ada.with_user(self.user).side_ids[:1]

        [values] = side.web_read({"link_id": LABEL})
        [(_id, read)] = [one["link_id"] for one in side.read(["link_id"])]

        for name in (values["link_id"]["display_name"], read):
            self.assertEqual(name, f"Contact #{self.ada.id} (no access) = external: A1")

    def test_link_and_relation_of_another_company_are_called_by_their_ids(self):
        relation = self.of_ada.relation_id
        relation.company_id = self.env["res.company"].create({"name": "Elsewhere"})

        for record in (self.of_ada, relation):
            label = record._description
            with self.subTest(label):
                self.assertEqual(
                    record.with_user(self.user).sudo().display_name,
                    f"{label} #{record.id} (no access)",
                )

    def test_link_without_a_record_is_called_by_its_sides(self):
        Magic(self.env).set_link("other", {"github": 5, "trello": 7})

        self.assertEqual(
            self.links.name_search("5", [("relation_id.name", "=", "other")])[0][1],
            "github: 5, trello: 7",
        )


class TestJob(QueueCase):
    def setUp(self):
        super().setUp()
        self.user = self.new_user(
            "user", "base.group_user,connector.group_connector_user"
        )

    def delay_as(self, user, **options):
        """Return the record of a new job of a user."""
        uuid = leave_trace.delay(self.session_of(user), TRACE, **options)
        return self.job(uuid)

    def test_closed_job_behind_an_edge_is_called_by_its_id(self):
        theirs = self.traces.with_user(self.user).delayable(description="Mine")
        parent = self.traces.delayable(description="Secret").leave("x", 0)
        parent.on_done(theirs.leave("y", 0)).delay()
        other, own = self.jobs()
        edge = own.parent_edge_ids
        self.assertEqual(other.display_name, "Secret")
        self.assertEqual(own.user_id, self.user)

        [values] = edge.with_user(self.user).web_read(
            {"parent_id": LABEL, "child_id": LABEL}
        )

        self.assertEqual(
            values["parent_id"]["display_name"], f"Queue Job #{other.id} (no access)"
        )
        self.assertEqual(values["child_id"]["display_name"], "Mine")

    def test_user_of_a_job_who_is_closed_is_called_by_the_id(self):
        job = self.delay_as(self.user).with_user(self.user)
        close(self.user)
        closed = f"User #{self.user.id} (no access)"

        [shown] = job.web_read({"user_id": LABEL})
        [read] = job.read(["user_id"])
        [group] = job.formatted_read_group(
            [("id", "=", job.id)], ["user_id"], ["__count"]
        )
        [old_group] = job.read_group([("id", "=", job.id)], [], ["user_id"])

        self.assertEqual(shown["user_id"]["display_name"], closed)
        for name in (read, group, old_group):
            self.assertEqual(name["user_id"], (self.user.id, closed))

    def test_server_action_of_a_log_line_is_closed_to_users(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Secret",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "state": "code",
            }
        )
        values = {"date": "2026-01-01", "kind": "message", "level": "info"}
        values |= {"message": "a line", "user_id": self.user.id, "job_id": False}
        line = self.env["connector.log"].create({**values, "action_id": action.id})

        for user, name in (
            (self.user, f"Server Action #{action.id} (no access)"),
            (self.env.user, "Secret"),
        ):
            with self.subTest(user=user.login):
                [shown] = line.with_user(user).web_read({"action_id": LABEL})
                [read] = line.with_user(user).read(["action_id"])
                self.assertEqual(shown["action_id"]["display_name"], name)
                self.assertEqual(read["action_id"], (action.id, name))

    def test_names_of_a_list_are_judged_at_once(self):
        jobs = self.env[JOB].union(*(self.delay_as(self.user) for _ in range(20)))
        jobs = jobs.with_user(self.user)

        few = self.count_queries(jobs[:2])
        many = self.count_queries(jobs)

        self.assertLessEqual(many, few)

    def count_queries(self, jobs) -> int:
        """Return how many queries a list of jobs takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        jobs.web_read({"user_id": LABEL, "channel_id": LABEL, "worker_id": LABEL})
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestNameSearch(RightsCase):
    def test_search_of_names_honours_the_text_on_every_model(self):
        """Without a field to look in, Odoo leaves the text out."""
        names = [name for name in ACCESS if not self.env[name]._transient]
        for name in names:
            with self.subTest(name):
                record = self.make(name, self.env.user)
                self.assertTrue(record.exists())
                self.assertEqual(self.env[name].name_search("no such text"), [])
