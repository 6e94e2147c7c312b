# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the work on events: each once, in order of its record (promise 17, P15)."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector.api import Webhook, run_jobs

from ..models.flow_hook import HOOKED
from .webhook_case import WebhookCase, event

EARLY, NOON, LATE = (f"2026-01-31T{hour}:00:00Z" for hour in (11, 12, 13))


class TestThinEvent(WebhookCase):
    def test_record_that_a_notification_names_is_read_and_imported(self):
        self.put(name="Ada")
        self.send(event(1, name="Not to be believed"))
        self.work()

        self.assertEqual(self.binding().name, "Ada")
        self.assertEqual(self.states(), ["done"])
        self.assertTrue(self.last().job_uuid)

    def test_several_events_of_a_record_are_one_read(self):
        self.put()
        self.send(*(event(number) for number in range(5)))
        self.work()

        self.assertEqual(self.lines("read"), ["C1"])
        self.assertEqual(self.states(), [*["superseded"] * 4, "done"])

    def test_duplicate_is_worked_once(self):
        self.put()
        self.send(event(1))
        self.work()
        self.send(event(1))
        self.work()

        self.assertEqual(self.lines("read"), ["C1"])
        self.assertEqual(self.states(), ["done", "duplicate"])

    def test_notification_that_came_late_reads_what_is_there(self):
        """Of a thin event the order does not matter: retry of 104 after 119."""
        self.put(name="New")
        self.send(event(119, at=NOON))
        self.work()
        self.send(event(104, at=EARLY))
        self.work()

        self.assertEqual(self.binding().name, "New")
        self.assertEqual(self.states(), ["done", "done"])

    def test_one_bad_record_is_its_own_affair(self):
        self.put("C1", name=None)
        self.put("C2", name="Bob")
        self.send(event(1, record="C1"), event(2, record="C2"))
        self.work()

        self.assertFalse(self.binding("C1"))
        self.assertEqual(self.binding("C2").name, "Bob")
        self.assertEqual(self.states(), ["failed", "done"])
        self.assertTrue(self.events.search([("state", "=", "failed")]).reason)

    def test_event_that_another_job_is_to_work_does_not_fail_with_the_job_before(self):
        """It was handed over during the last attempt of that job."""
        self.put()
        self.send(event(1))
        self.sender.work_webhooks()

        self.sender._on_job_failed("work_webhook", (HOOKED, "C1"), {}, "It failed.")

        self.assertEqual(self.states(), ["queued"])

    def test_record_that_is_not_there_yet_is_asked_for_again(self):
        """The sender tells of a record before it has committed it (P2)."""
        self.send(event(1))
        self.work()
        self.assertEqual(self.states(), ["queued"])

        self.put(name="Ada")
        self.env.cr.execute(
            "UPDATE connector_queue_job SET eta = now() AT TIME ZONE 'UTC'"
            " WHERE state = 'pending'"
        )
        run_jobs(self.env)
        self.assertEqual(self.states(), ["done"])

    def test_record_that_is_not_there_is_ignored_in_the_end(self):
        self.send(event(1))
        self.last()._set({"received_at": fields.Datetime.now() - timedelta(minutes=2)})
        self.work()

        self.assertEqual(self.states(), ["ignored"])


class TestDeletion(WebhookCase):
    def setUp(self):
        super().setUp()
        self.put(name="Ada")
        self.send(event(1, at=EARLY))
        self.work()

    def test_deletion_archives_the_record_here(self):
        self.remove()
        self.send(event(2, topic="contact.deleted", at=NOON))
        self.work()

        self.assertFalse(self.binding().odoo_id.active)
        self.assertEqual(self.states(), ["done", "done"])

    def test_deletion_older_than_a_later_create_is_dropped(self):
        """Promise 17: it was held up, and the record was created anew meanwhile."""
        self.put(name="Ada again")
        self.send(event(3, topic="contact.created", at=LATE))
        self.work()
        self.send(event(2, topic="contact.deleted", at=NOON))
        self.work()

        self.assertTrue(self.binding().odoo_id.active)
        self.assertEqual(self.binding().name, "Ada again")
        self.assertEqual(self.states()[-1], "superseded")

    def test_deletion_without_a_time_is_believed_only_when_the_record_is_gone(self):
        self.put(name="Ada again")
        self.send(event(2, topic="contact.deleted"))
        self.work()

        self.assertTrue(self.binding().odoo_id.active)
        self.assertEqual(self.binding().name, "Ada again")
        self.assertEqual(self.states()[-1], "done")

    def test_create_and_deletion_that_wait_end_as_they_happened(self):
        """They came the other way round."""
        self.remove()
        self.send(event(3, topic="contact.deleted", at=LATE))
        self.send(event(2, topic="contact.created", at=NOON))
        self.work()

        self.assertFalse(self.binding().odoo_id.active)
        self.assertEqual(self.states()[1:], ["done", "superseded"])


class TestWholeRecord(WebhookCase):
    def test_record_that_was_sent_along_is_imported_without_a_read(self):
        self.send(event(1, topic="full.changed", at=NOON, name="Ada"))
        self.work()

        self.assertEqual(self.binding().name, "Ada")
        self.assertEqual(self.lines("read"), [])

    def test_events_out_of_order_end_with_what_happened_last(self):
        for number, at, name in ((3, LATE, "Third"), (1, EARLY, "First")):
            self.send(event(number, topic="full.changed", at=at, name=name))
        self.work()
        self.send(event(2, topic="full.changed", at=NOON, name="Second"))
        self.work()

        self.assertEqual(self.binding().name, "Third")
        self.assertEqual(self.states(), ["done", "superseded", "superseded"])

    def test_what_was_read_since_is_not_overwritten_by_what_was_sent_before(self):
        """Promise 17: a page of a stream, or a notification, was there first."""
        self.put(name="Read")
        self.send(event(1))
        self.work()
        self.send(event(2, topic="full.changed", at=EARLY, name="Sent before"))
        self.work()

        self.assertEqual(self.binding().name, "Read")

    def test_replay_of_an_older_event_does_not_undo_a_newer_one(self):
        for number, name in ((1, "Old"), (2, "New")):
            self.send(event(number, topic="full.changed", name=name))
            self.work()
        self.events.search([], order="id", limit=1).action_replay()
        self.work()

        self.assertEqual(self.binding().name, "New")
        self.assertEqual(self.states(), ["superseded", "done"])


class TestReplay(WebhookCase):
    def test_failed_events_work_after_their_cause_was_corrected(self):
        for record in ("C1", "C2"):
            self.put(record, name=None)
        self.send(event(1, record="C1"), event(2, record="C2"))
        self.work()
        self.assertEqual(self.states(), ["failed", "failed"])

        for record in ("C1", "C2"):
            self.put(record)
        self.webhook.action_replay_failed()
        self.work()

        self.assertEqual(self.states(), ["done", "done"])

    def test_ignored_topic_is_read_anew_once_something_is_declared(self):
        self.put(name="Ada")
        self.send(event(1, topic="person.changed"))
        self.patch(
            type(self.sender),
            "_webhooks",
            [*self.sender._webhooks, Webhook("person.*", HOOKED, id="data.id")],
        )
        self.last().action_replay()
        self.work()

        self.assertEqual(self.states(), ["done"])
        self.assertEqual(self.binding().name, "Ada")

    def test_duplicate_stays_one(self):
        self.send(event(1), event(1))
        self.events.search([]).action_replay()

        self.assertEqual(self.states(), ["received", "duplicate"])


class TestEventRights(WebhookCase):
    def test_events_are_worked_as_the_user_of_the_backend(self):
        groups = "base.group_user,base.group_partner_manager"
        user = new_test_user(self.env, "flows", groups)
        self.sender.flow_user_id = user
        self.put()
        self.send(event(1))
        self.work()

        self.assertEqual(self.binding().create_uid, user)

    def test_payload_has_no_more_rights_than_that_user(self):
        self.sender.flow_user_id = new_test_user(self.env, "flows", "base.group_user")
        self.put()
        self.send(event(1))
        self.work()

        self.assertFalse(self.binding())
        self.assertEqual(self.states(), ["failed"])

    def test_without_a_user_events_wait_until_there_is_one(self):
        self.sender.flow_user_id = False
        self.put()
        self.assertEqual(self.send(event(1)), [204])
        self.work()
        self.assertEqual(self.states(), ["received"])
        self.assertFalse(self.webhook.has_user)

        self.sender.flow_user_id = self.env.uid
        self.events._cron_sweep()
        self.work()
        self.assertEqual(self.states(), ["done"])

    def test_user_may_not_replay(self):
        user = new_test_user(
            self.env, "looks", "base.group_user,connector.group_connector_user"
        )
        self.send(event(1))

        with self.assertRaises(AccessError):
            self.last().with_user(user).action_replay()


class TestLostJob(WebhookCase):
    def test_event_whose_job_was_cancelled_fails_and_can_be_replayed(self):
        self.put()
        self.send(event(1))
        self.sender.work_webhooks()
        jobs = self.env["connector.queue.job"].search([("state", "=", "pending")])
        self.last()._set({"queued_at": fields.Datetime.now() - timedelta(hours=2)})
        self.events._cron_sweep()
        self.assertEqual(self.states(), ["queued"])

        jobs.button_cancel()
        self.events._cron_sweep()
        self.assertEqual(self.states(), ["failed"])
        self.last().action_replay()
        self.work()
        self.assertEqual(self.states(), ["done"])


class TestWhereabouts(WebhookCase):
    def test_search_by_an_external_id_finds_the_events(self):
        self.send(event(1, record="C77"))

        found = self.env["connector.overview"].find_external_id("C77")
        self.assertEqual(
            [(one["model"], one["id"]) for one in found],
            [("connector.webhook.event", self.last().id)],
        )


class TestRetention(WebhookCase):
    def test_events_go_after_their_days_unless_they_wait(self):
        self.put()
        self.send(event(1))
        self.work()
        self.send(event(2))
        old = fields.Datetime.now() - timedelta(days=31)
        self.events.search([])._set({"received_at": old})

        self.events._gc_events()

        self.assertEqual(self.states(), ["received"])

    def test_backend_that_is_deleted_takes_its_events_along(self):
        self.send(event(1))
        webhook = self.webhook
        self.sender.unlink()

        self.assertEqual(self.states(), [])
        self.assertFalse(webhook.exists())
