# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the moment of an event: at once, or after the commit."""

from ..event import Event, on_record_create
from ..exception import InvalidUsageError
from .common import ConnectorCase, RaceCase

PARTNER = "res.partner"


def noter(calls: list, name: str):
    """Return a consumer that notes its name in ``calls``."""

    def note(_session, *_facts):
        calls.append(name)

    return note


def silent(_session, *_facts):
    """Consume an event."""


class TestMoment(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.event = Event()

    def test_consumer_after_the_commit_waits_for_it(self):
        calls = []
        self.event.subscribe(noter(calls, "told"), moment="commit")

        self.event.fire(self.session, PARTNER)
        before = list(calls)
        self._run_postcommit()

        self.assertEqual((before, calls), ([], ["told"]))

    def test_consumer_after_the_commit_works_on_a_cursor_of_its_own(self):
        seen = []
        self.event.subscribe(
            lambda session, *_facts: seen.append(session.cr), moment="commit"
        )

        self.event.fire(self.session, PARTNER)
        self._run_postcommit()

        self.assertEqual([cr is self.env.cr for cr in seen], [False])

    def test_consumer_after_the_commit_has_the_user_and_the_context(self):
        seen = []
        self.event.subscribe(
            lambda session, *_facts: seen.append((session.uid, session.context)),
            moment="commit",
        )
        user = self.env.ref("base.user_admin")

        with self.session.change_user(user.id), self.session.change_context(a=1):
            self.event.fire(self.session, PARTNER)
        self._run_postcommit()

        self.assertEqual(seen, [(user.id, {"a": 1})])

    def test_exception_after_the_commit_is_logged_and_stops_nobody(self):
        calls = []

        def refuse(_session, *_facts):
            raise ZeroDivisionError("the consumer refuses")

        self.event.subscribe(refuse, moment="commit")
        self.event.subscribe(noter(calls, "next"), moment="commit")

        self.event.fire(self.session, PARTNER)
        with self.assertLogs("odoo.addons.connector.event", "ERROR") as logs:
            self._run_postcommit()

        self.assertEqual(calls, ["next"])
        self.assertIn(
            "consumer odoo.addons.connector.tests.test_event_moment.TestMoment.",
            logs.output[0],
        )
        self.assertIn(".refuse of res.partner failed after the commit", logs.output[0])
        self.assertIn("ZeroDivisionError: the consumer refuses", logs.output[0])

    def test_values_after_the_commit_are_those_of_the_event(self):
        """A caller that used one dictionary for all its writes falsified them."""
        seen = []
        self.event.subscribe(
            lambda _session, _model, vals: seen.append(vals), moment="commit"
        )
        vals = {"name": "Ada"}

        self.event.fire(self.session, PARTNER, vals)
        vals["name"] = "Grace"
        self._run_postcommit()

        self.assertEqual(seen, [{"name": "Ada"}])

    def test_nobody_is_told_of_what_was_rolled_back(self):
        calls = []
        self.event.subscribe(noter(calls, "told"), moment="commit")

        with self.registry.cursor() as cr:
            session = type(self.session)(cr, self.env.uid)
            self.event.fire(session, PARTNER)
            cr.rollback()

        self.assertEqual(calls, [])

    def test_unknown_moment_is_refused_with_those_there_are(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.event.subscribe(silent, moment="later")

        self.assertEqual(
            str(caught.exception),
            f"Cannot subscribe {silent!r}: moment is 'later', expected one of "
            "'transaction', 'commit', 'job'.",
        )
        for moment in ("transaction", "commit"):
            self.event.subscribe(silent, moment=moment)  # the remedy works

    def test_plain_function_is_refused_as_a_job(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.event.subscribe(silent, moment="job")

        self.assertEqual(
            str(caught.exception),
            f"Cannot subscribe {silent!r} with moment 'job': it is a plain function, "
            "expected a job. Decorate it with @job.",
        )

    def test_refused_consumer_is_not_subscribed(self):
        with self.assertRaises(InvalidUsageError):
            self.event.subscribe(silent, moment="later")

        self.assertEqual(self.event._consumers, {None: set()})

    def _run_postcommit(self):
        """Do what follows a commit; the cursors that opens stay in this test."""
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()


class TestRealCommit(RaceCase):
    """The consumer reads on another connection what was committed."""

    def setUp(self):
        super().setUp()
        self.env = self.open_env()
        self.categories = self.env["res.partner.category"]
        self.found = []
        on_record_create.subscribe(self._find, self.categories._name, moment="commit")
        self.addCleanup(on_record_create.unsubscribe, self._find, self.categories._name)

    def _find(self, session, model_name, record_id, _vals):
        """Note which record is there, seen from which cursor."""
        record = session.env[model_name].browse(record_id)
        self.found.append((record.exists().id, session.cr is self.env.cr))

    def test_committed_record_is_there_on_a_fresh_cursor(self):
        self.addCleanup(self._delete)

        self.record = self.categories.create({"name": "red"})
        before = list(self.found)
        self.env.cr.commit()  # pylint: disable=invalid-commit

        self.assertEqual(before, [])
        self.assertEqual(self.found, [(self.record.id, False)])

    def test_record_rolled_back_is_never_told(self):
        self.categories.create({"name": "red"})

        self.env.cr.rollback()
        self.env.cr.commit()  # pylint: disable=invalid-commit

        self.assertEqual(self.found, [])

    def _delete(self):
        """Delete what was committed."""
        self.record.unlink()
        self.env.cr.commit()  # pylint: disable=invalid-commit
