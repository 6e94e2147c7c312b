# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of event consumers that run as jobs."""

from contextlib import suppress

from odoo.fields import Command

from odoo.addons.connector.event import (
    Event,
    on_record_create,
    on_record_unlink,
    on_record_write,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue.job import job

from .queue_case import QueueCase

CATEGORY = "res.partner.category"
PARTNER = "res.partner"
PICTURE = (  # one pixel
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    b"awAAAABJRU5ErkJggg=="
)
HEARD = []


@job
def hear(session, model_name, *facts):
    """Note what was told, and to whom."""
    HEARD.append((session.uid, model_name, *facts))


def plain(_session, *_facts):
    """Consume an event, but not as a job."""


class EventCase(QueueCase):
    def setUp(self):
        super().setUp()
        HEARD.clear()
        self.category = self.env[CATEGORY].create({"name": "red"})

    def told(self) -> list[tuple]:
        """Run the jobs and return what the consumer heard, without the user."""
        self.run_jobs()
        return [facts for _uid, *facts in HEARD]


class TestConsumerAsJob(EventCase):
    def setUp(self):
        super().setUp()
        self.event = Event()
        self.event.subscribe(hear, moment="job")

    def test_consumer_is_told_by_a_job(self):
        self.event.fire(self.session, CATEGORY, 7, "facts")

        self.assertEqual(HEARD, [])
        self.assertEqual(self.told(), [[CATEGORY, 7, "facts"]])

    def test_consumer_runs_as_the_user_of_the_event(self):
        user = self.new_user("ada")

        self.event.fire(self.session_of(user), CATEGORY, 7)
        self.run_jobs()

        self.assertEqual(HEARD, [(user.id, CATEGORY, 7)])

    def test_what_must_not_be_exported_delays_nothing(self):
        session = self.session_of(self.env.user, connector_no_export=True)

        self.event.fire(session, CATEGORY, 7)

        self.assertFalse(self.jobs())

    def test_savepoint_that_is_rolled_back_leaves_no_job(self):
        with suppress(ZeroDivisionError), self.env.cr.savepoint():
            self.event.fire(self.session, CATEGORY, 7)
            raise ZeroDivisionError

        self.assertFalse(self.jobs())

    def test_plain_function_is_refused(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.event.subscribe(plain, moment="job")

        self.assertIn("it is a plain function, expected a job", str(caught.exception))


class TestCreateAndUnlink(EventCase):
    def test_create_is_told_with_its_values(self):
        self.subscribe(on_record_create, hear, CATEGORY, moment="job")

        record = self.env[CATEGORY].create({"name": "blue"})

        self.assertEqual(self.told(), [[CATEGORY, record.id, {"name": "blue"}]])

    def test_unlink_is_told_after_the_record_is_gone(self):
        self.subscribe(on_record_unlink, hear, CATEGORY, moment="job")
        record_id = self.category.id

        self.category.unlink()

        self.assertEqual(self.told(), [[CATEGORY, record_id]])


class TestFiles(EventCase):
    """A picture of 20 MB made a payload of 27 MB, written anew with each write."""

    def test_file_does_not_enter_the_job(self):
        self.subscribe(on_record_create, hear, PARTNER, moment="job")
        self.subscribe(on_record_write, hear, PARTNER, moment="job")

        partner = self.env[PARTNER].create({"name": "Ada", "image_1920": PICTURE})
        partner.write({"image_1920": PICTURE})
        partner.write({"image_1920": False, "ref": "x"})

        self.env.cr.execute("SELECT payload::text FROM connector_queue_job")
        payloads = "".join(text for (text,) in self.env.cr.fetchall())
        self.assertNotIn(PICTURE.decode(), payloads)
        created, written = (facts[-1] for facts in self.told())
        self.assertIs(created["image_1920"], True)
        self.assertIs(written["image_1920"], False)
        self.assertEqual((created["name"], written["ref"]), ("Ada", "x"))

    def test_file_of_a_line_does_not_enter_the_job(self):
        self.subscribe(on_record_write, hear, PARTNER, moment="job")
        partner = self.env[PARTNER].create({"name": "Ada"})
        child = self.env[PARTNER].create({"name": "Bob", "parent_id": partner.id})

        partner.write(
            {
                "child_ids": [
                    (0, 0, {"name": "Cid", "image_1920": PICTURE}),
                    Command.update(child.id, {"image_1920": PICTURE}),
                ],
                "category_id": [Command.set(self.category.ids)],
            }
        )

        written = {record_id: vals for _model, record_id, vals in self.told()}
        self.assertEqual(
            {name: written[partner.id][name] for name in ("child_ids", "category_id")},
            {
                "child_ids": [
                    (0, 0, {"name": "Cid", "image_1920": True}),
                    (1, child.id, {"image_1920": True}),
                ],
                "category_id": [(6, 0, self.category.ids)],
            },
        )

    def test_consumer_in_the_transaction_gets_the_file(self):
        self.subscribe(on_record_write, hear, PARTNER)
        partner = self.env[PARTNER].create({"name": "Ada"})

        partner.write({"image_1920": PICTURE})

        self.assertEqual(HEARD[0][-1], {"image_1920": PICTURE})


class TestWrite(EventCase):
    """Repeated writes are one job, as long as it waits."""

    def setUp(self):
        super().setUp()
        self.subscribe(on_record_write, hear, CATEGORY, moment="job")

    def test_writes_of_one_record_are_told_once_with_all_values(self):
        self.category.write({"name": "green", "color": 1})
        self.category.write({"color": 2})
        self.category.write({"active": False})

        self.assertEqual(
            self.told(),
            [
                [
                    CATEGORY,
                    self.category.id,
                    {"name": "green", "color": 2, "active": False},
                ]
            ],
        )

    def test_writes_of_several_records_are_told_each(self):
        other = self.env[CATEGORY].create({"name": "blue"})

        (self.category + other).write({"color": 2})

        self.assertEqual(
            self.told(),
            [
                [CATEGORY, self.category.id, {"color": 2}],
                [CATEGORY, other.id, {"color": 2}],
            ],
        )

    def test_writes_of_different_users_are_told_each(self):
        user = self.new_user("ada", "base.group_system,base.group_partner_manager")
        self.category.write({"color": 1})
        self.category.with_user(user).write({"color": 2})

        self.run_jobs()

        self.assertEqual(
            [(uid, facts[-1]) for uid, *facts in HEARD],
            [(self.env.uid, {"color": 1}), (user.id, {"color": 2})],
        )

    def test_write_after_the_job_was_claimed_is_told_by_a_new_one(self):
        self.category.write({"color": 1})
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 1"
        )

        self.category.write({"color": 2})

        self.assertEqual(self.told(), [[CATEGORY, self.category.id, {"color": 2}]])
        self.assertEqual(len(self.jobs()), 2)

    def test_write_after_the_job_is_done_is_told_again(self):
        self.category.write({"color": 1})
        self.run_jobs()
        self.category.write({"color": 2})

        self.assertEqual(
            [facts[-1] for facts in self.told()], [{"color": 1}, {"color": 2}]
        )

    def test_write_that_is_rolled_back_is_not_merged(self):
        self.category.write({"color": 1})
        with suppress(ZeroDivisionError), self.env.cr.savepoint():
            self.category.write({"color": 2})
            raise ZeroDivisionError

        self.assertEqual([facts[-1] for facts in self.told()], [{"color": 1}])

    def test_write_that_must_not_be_exported_is_not_told(self):
        self.category.with_context(connector_no_export=True).write({"color": 2})

        self.assertFalse(self.jobs())

    def test_values_of_every_kind_are_merged(self):
        self.category.write({"child_ids": [(0, 0, {"name": "a"})]})
        self.category.write({"parent_id": False})

        self.assertEqual(
            [facts[-1] for facts in self.told()],
            [{"child_ids": [(0, 0, {"name": "a"})], "parent_id": False}],
        )
