# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connector session: the cursor, user and context of a synchronization."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor

from .addon import is_module_installed
from .exception import GoneName


class ConnectorSession:
    """The cursor, user and context of a synchronization, as an environment.

    Args:
        cr: an Odoo cursor.
        uid: id of the user.
        context: dictionary, or None for an empty one.
    """

    _is_changed = False
    _is_lang_chosen = False  # by a change_context block around this

    search = GoneName("session.env[model].search(domain)")
    browse = GoneName("session.env[model].browse(ids)")
    read = GoneName("session.env[model].browse(ids).read(fields)")
    create = GoneName("session.env[model].create(values)")
    write = GoneName("session.env[model].browse(ids).write(values)")
    unlink = GoneName("session.env[model].browse(ids).unlink()")

    def __init__(
        self, cr: Cursor, uid: int, context: Mapping[str, Any] | None = None
    ) -> None:
        self.env = api.Environment(cr, uid, context or {})

    @classmethod
    def from_env(cls, env: api.Environment) -> "ConnectorSession":
        """Return a session on an existing environment, unchanged.

        Also its superuser mode stays: a consumer of a write in ``sudo()`` may
        read what was written.
        """
        if cls.__init__ is ConnectorSession.__init__:
            session = cls.__new__(cls)  # spares the search for a twin of env
        else:
            session = cls(env.cr, env.uid, env.context)
        session.env = env
        return session

    @property
    def cr(self) -> Cursor:
        """The cursor."""
        return self.env.cr

    @property
    def uid(self) -> int:
        """Id of the user."""
        return self.env.uid

    @property
    def context(self) -> Mapping[str, Any]:
        """The context, which cannot be altered in place."""
        return self.env.context

    @property
    def pool(self) -> Registry:
        """The registry of the database."""
        return self.env.registry

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} dbname: {self.cr.dbname}, uid: {self.uid}, "
            f"context: {dict(self.context)}>"
        )

    @contextmanager
    def change_user(self, uid: int) -> Iterator[None]:
        """Work as another user inside the ``with`` block."""
        with self._change_env(self.env(user=uid), self._is_lang_chosen):
            yield

    @contextmanager
    def change_context(self, *args: Any, **kwargs: Any) -> Iterator[None]:
        """Work with another context inside the ``with`` block.

        Same arguments as ``with_context``: a dictionary replaces the context (but
        the allowed companies stay), keywords are merged onto it. A
        ConnectorEnvironment that is made inside the block keeps the changed
        context after its end; a language that is given here goes before that of the
        backend.
        """
        env = self.env["base"].with_context(*args, **kwargs).env
        with self._change_env(env, self._chooses_lang(*args, **kwargs)):
            yield

    @contextmanager
    def change_env(self, env: api.Environment) -> Iterator[None]:
        """Work in another environment of the cursor inside the ``with`` block.

        Its language is that of a user, who has not chosen it for what is done here.
        """
        with self._change_env(env, False):
            yield

    @contextmanager
    def _change_env(self, env: api.Environment, is_chosen: bool) -> Iterator[None]:
        before = self.env, self._is_changed, self._is_lang_chosen
        self.env, self._is_changed, self._is_lang_chosen = env, True, is_chosen
        try:
            yield
        finally:
            self.env, self._is_changed, self._is_lang_chosen = before

    def _chooses_lang(self, *contexts: Any, **changes: Any) -> bool:
        """Return whether the arguments of a changed context choose its language.

        A whole context that only repeats the language of the user does not.
        """
        if "lang" in changes:
            return bool(changes["lang"])
        if not contexts:
            return self._is_lang_chosen
        lang = contexts[0].get("lang")
        is_other = lang != self.context.get("lang")
        return bool(lang) and (is_other or self._is_lang_chosen)

    def in_lang(self, lang: str | None) -> "ConnectorSession":
        """Return the session, or a copy of it that works in a language.

        Args:
            lang: code of a language; None, and a language that a block around this
                has chosen, change nothing.
        """
        if not lang or self._is_lang_chosen or lang == self.context.get("lang"):
            return self
        session = copy.copy(self)
        session.env = self.env["base"].with_context(lang=lang).env
        return session

    def kept(self) -> "ConnectorSession":
        """Return a copy of the session that later blocks do not change."""
        if not self._is_changed:
            return self
        kept = copy.copy(self)
        kept._is_changed = False
        return kept

    def commit(self) -> None:
        """Commit the work done so far, even in a test.

        Code that commits is tested under ``enter_registry_test_mode()`` or on
        real connections.
        """
        # The one place where connector code commits on purpose: it keeps what
        # the other system already knows, such as the id it gave to a record.
        self.cr.commit()  # pylint: disable=invalid-commit

    def rollback(self) -> None:
        """Roll back to the last commit."""
        self.cr.rollback()

    def close(self) -> None:
        """Close the cursor."""
        self.cr.close()

    def is_module_installed(self, name: str) -> bool:
        """Tell whether the addon is installed in this database."""
        return is_module_installed(self.env, name)


class ConnectorSessionHandler:
    """Opens sessions with cursors of their own.

    Args:
        db_name: name of the database.
        uid: id of the user.
        context: dictionary, or None for an empty one.
    """

    def __init__(
        self, db_name: str, uid: int, context: Mapping[str, Any] | None = None
    ) -> None:
        self.db_name = db_name
        self.uid = uid
        self.context = {} if context is None else context

    @contextmanager
    def session(self) -> Iterator[ConnectorSession]:
        """Open a session on a new cursor; several may be open at once.

        It is committed at the end of the block, rolled back when the block
        raises, and closed in both cases.
        """
        registry = Registry(self.db_name).check_signaling()
        with closing(registry.cursor()) as cr:
            try:
                yield ConnectorSession(cr, self.uid, self.context)
                cr.commit()  # pylint: disable=invalid-commit  # our own cursor
            except BaseException:
                cr.rollback()
                registry.reset_changes()
                raise
            registry.signal_changes()
