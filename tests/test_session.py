# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the session: its user, cursor and context."""

from odoo import SUPERUSER_ID
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from ..session import ConnectorSession, ConnectorSessionHandler
from .common import ConnectorCase, RaceCase

CATEGORY = "res.partner.category"


class TestConnectorSession(ConnectorCase):
    def test_session_has_cursor_user_context_and_registry(self):
        user = self.env.ref("base.user_admin")

        session = ConnectorSession(self.env.cr, user.id, {"lang": "en_US"})

        self.assertIs(session.cr, self.env.cr)
        self.assertEqual(session.uid, user.id)
        self.assertEqual(session.context, {"lang": "en_US"})
        self.assertIs(session.pool, self.registry)

    def test_environment_is_that_of_cursor_user_and_context(self):
        session = ConnectorSession(self.env.cr, SUPERUSER_ID, {"lang": "en_US"})

        self.assertIs(
            session.env, self.env(user=SUPERUSER_ID, context={"lang": "en_US"})
        )

    def test_context_is_empty_when_none_is_given(self):
        session = ConnectorSession(self.env.cr, SUPERUSER_ID)

        self.assertEqual(session.context, {})

    def test_context_cannot_be_altered_in_place(self):
        with self.assertRaises(NotImplementedError):
            self.session.context["lang"] = "en_US"

    def test_members_cannot_be_assigned(self):
        for member in ("cr", "uid", "context", "pool"):
            with self.subTest(member=member), self.assertRaises(AttributeError):
                setattr(self.session, member, None)

    def test_session_from_an_environment_has_its_user_and_context(self):
        user = self.env.ref("base.user_admin")
        env = self.env(user=user, context={"lang": "en_US"})

        session = ConnectorSession.from_env(env)

        self.assertIs(session.env, env)

    def test_session_from_an_environment_in_superuser_mode_stays_in_it(self):
        """A consumer could not read what a user had written through ``sudo()``."""
        user = self.env.ref("base.user_admin")
        env = self.env(user=user, su=True)

        session = ConnectorSession.from_env(env)

        self.assertIs(session.env, env)
        with session.change_context(lang="fr_FR"):
            self.assertIs(session.env.su, True)

    def test_subclass_makes_sessions_of_its_own_class(self):
        class ShopSession(ConnectorSession):
            pass

        self.assertIs(type(ShopSession.from_env(self.env)), ShopSession)

    def test_installed_addon_is_known(self):
        self.assertIs(self.session.is_module_installed("connector"), True)
        self.assertIs(self.session.is_module_installed("no_such_addon"), False)

    def test_repr_names_database_user_and_context(self):
        session = ConnectorSession(self.env.cr, 1, {"lang": "en_US"})

        self.assertEqual(
            repr(session),
            f"<ConnectorSession dbname: {self.env.cr.dbname}, uid: 1, "
            "context: {'lang': 'en_US'}>",
        )


class TestChangeUser(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.user = self.env.ref("base.user_admin")

    def test_user_is_changed_inside_the_block(self):
        with self.session.change_user(self.user.id):
            self.assertEqual(self.session.uid, self.user.id)
            self.assertEqual(self.session.env.user, self.user)

    def test_user_is_restored_after_the_block(self):
        before = self.session.env

        with self.session.change_user(self.user.id):
            pass

        self.assertIs(self.session.env, before)

    def test_user_is_restored_after_an_exception(self):
        before = self.session.env

        with self.assertRaises(ZeroDivisionError):
            with self.session.change_user(self.user.id):
                raise ZeroDivisionError

        self.assertIs(self.session.env, before)

    def test_changed_user_has_no_more_than_its_rights(self):
        with self.session.change_user(self.user.id):
            self.assertIs(self.session.env.su, False)


class TestChangeContext(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.session = ConnectorSession(
            self.env.cr, self.env.uid, {"lang": "en_US", "tz": "UTC"}
        )

    def test_keywords_are_merged(self):
        with self.session.change_context(lang="fr_FR"):
            self.assertEqual(self.session.context, {"lang": "fr_FR", "tz": "UTC"})

    def test_dictionary_replaces_the_context(self):
        with self.session.change_context({"lang": "fr_FR"}):
            self.assertEqual(self.session.context, {"lang": "fr_FR"})

    def test_keywords_are_merged_onto_the_dictionary(self):
        with self.session.change_context({"lang": "fr_FR"}, active_test=False):
            self.assertEqual(
                self.session.context, {"lang": "fr_FR", "active_test": False}
            )

    def test_allowed_companies_stay_when_the_context_is_replaced(self):
        """``with_context`` keeps them, a session lost them."""
        company_ids = self.env.company.ids

        with self.session.change_context(allowed_company_ids=company_ids):
            with self.session.change_context({"lang": "fr_FR"}):
                self.assertEqual(
                    self.session.context,
                    {"lang": "fr_FR", "allowed_company_ids": company_ids},
                )

    def test_context_is_restored_after_the_block(self):
        before = self.session.env

        with self.session.change_context(lang="fr_FR"):
            pass

        self.assertIs(self.session.env, before)

    def test_context_is_restored_after_an_exception(self):
        before = self.session.env

        with self.assertRaises(ZeroDivisionError):
            with self.session.change_context(lang="fr_FR"):
                raise ZeroDivisionError

        self.assertIs(self.session.env, before)

    def test_blocks_nest(self):
        with self.session.change_context(lang="fr_FR"):
            with self.session.change_context(tz="Europe/Paris"):
                inner = dict(self.session.context)
            outer = dict(self.session.context)

        self.assertEqual(inner, {"lang": "fr_FR", "tz": "Europe/Paris"})
        self.assertEqual(outer, {"lang": "fr_FR", "tz": "UTC"})

    def test_user_and_context_change_together(self):
        user = self.env.ref("base.user_admin")

        with self.session.change_user(user.id):
            with self.session.change_context(lang="fr_FR"):
                seen = (self.session.uid, self.session.context["lang"])

        self.assertEqual(seen, (user.id, "fr_FR"))


class TestKeptSession(ConnectorCase):
    def test_unchanged_session_is_kept_as_it_is(self):
        self.assertIs(self.session.kept(), self.session)

    def test_session_kept_in_a_block_stays_changed_after_it(self):
        with self.session.change_context(lang="fr_FR"):
            kept = self.session.kept()

        self.assertEqual(kept.context, {"lang": "fr_FR"})

    def test_kept_session_can_be_changed_by_blocks_of_its_own(self):
        with self.session.change_context(lang="fr_FR"):
            kept = self.session.kept()

        with kept.change_context(lang="de_DE"):
            inner = kept.context["lang"]

        self.assertEqual((inner, kept.context["lang"]), ("de_DE", "fr_FR"))

    def test_what_a_subclass_holds_is_kept(self):
        class CachingSession(ConnectorSession):
            def __init__(self, *args):
                super().__init__(*args)
                self.cache = {}

        session = CachingSession(self.env.cr, self.env.uid)
        with session.change_context(lang="fr_FR"):
            kept = session.kept()

        self.assertIs(kept.cache, session.cache)


class TestCommit(RaceCase):
    def setUp(self):
        super().setUp()
        self.session = ConnectorSession.from_env(self.open_env())

    def test_commit_really_commits_also_in_a_test(self):
        record = self.session.env[CATEGORY].create({"name": "red"})
        self.addCleanup(delete_for_good, record.id)

        self.session.commit()

        self.assertTrue(self.open_env()[CATEGORY].browse(record.id).exists())

    def test_rollback_undoes_what_was_not_committed(self):
        record = self.session.env[CATEGORY].create({"name": "red"})

        self.session.rollback()

        self.assertFalse(record.exists())

    def test_close_closes_the_cursor(self):
        self.session.close()

        self.assertIs(self.session.cr.closed, True)


class TestSessionHandler(RaceCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.handler = ConnectorSessionHandler(get_db_name(), SUPERUSER_ID)

    def test_context_is_empty_when_none_is_given(self):
        self.assertEqual(
            (self.handler.db_name, self.handler.uid, self.handler.context),
            (get_db_name(), SUPERUSER_ID, {}),
        )

    def test_session_has_user_and_context_of_the_handler(self):
        handler = ConnectorSessionHandler(get_db_name(), 2, {"lang": "en_US"})

        with handler.session() as session:
            seen = (session.cr.dbname, session.uid, session.context)

        self.assertEqual(seen, (get_db_name(), 2, {"lang": "en_US"}))

    def test_end_of_the_block_commits(self):
        with self.handler.session() as session:
            record = session.env[CATEGORY].create({"name": "red"})
            self.addCleanup(delete_for_good, record.id)

        self.assertTrue(self.open_env()[CATEGORY].browse(record.id).exists())

    def test_exception_undoes_the_work_and_goes_on(self):
        with self.assertRaisesRegex(ZeroDivisionError, "in the block"):
            with self.handler.session() as session:
                record = session.env[CATEGORY].create({"name": "red"})
                raise ZeroDivisionError("in the block")

        self.assertFalse(self.open_env()[CATEGORY].browse(record.id).exists())

    def test_cursor_is_closed_after_the_block(self):
        with self.handler.session() as session:
            cr = session.cr

        self.assertIs(cr.closed, True)

    def test_cursor_is_closed_after_an_exception(self):
        with self.assertRaises(ZeroDivisionError):
            with self.handler.session() as session:
                raise ZeroDivisionError

        self.assertIs(session.cr.closed, True)

    def test_several_sessions_may_be_open_at_once(self):
        with self.handler.session() as one, self.handler.session() as other:
            self.assertIsNot(one.cr, other.cr)
            for session in (one, other):
                self.assertTrue(session.env.user)

    def test_session_begins_with_the_changes_of_other_processes(self):
        env = self.open_env()
        env.cr.execute("INSERT INTO orm_signaling_default DEFAULT VALUES")
        env.cr.commit()
        _registry, expected = self.registry.get_sequences(env.cr)

        with self.handler.session():
            seen = dict(self.registry.cache_sequences)

        self.assertEqual(seen["default"], expected["default"])

    def test_end_of_the_block_tells_other_processes_what_changed(self):
        before = self._cache_sequence()

        with self.handler.session():
            self.registry.clear_cache()

        self.assertGreater(self._cache_sequence(), before)

    def test_exception_tells_other_processes_nothing(self):
        before = self._cache_sequence()

        with self.assertRaises(ZeroDivisionError), self.handler.session():
            self.registry.clear_cache()
            raise ZeroDivisionError

        self.assertEqual(self._cache_sequence(), before)
        self.assertFalse(self.registry.cache_invalidated)

    def _cache_sequence(self):
        """Return how many changes of the cache processes have told each other."""
        with self.registry.cursor() as cr:
            _registry, sequences = self.registry.get_sequences(cr)
        return sequences["default"]


def delete_for_good(record_id):
    """Delete a committed category."""
    with ConnectorSessionHandler(get_db_name(), SUPERUSER_ID).session() as session:
        session.env[CATEGORY].browse(record_id).unlink()
