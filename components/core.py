# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connector units and their environment.

A :class:`ConnectorEnvironment` is the scope of a synchronization (backend record,
session, model); a :class:`ConnectorUnit` is a class that works in it.
"""

import hashlib
import struct
from collections.abc import Mapping
from typing import Any, TypeVar

from odoo import api
from odoo.models import BaseModel
from odoo.modules.registry import Registry

from ..addon import addon_of
from ..backend import Backend
from ..exception import GoneName, RetryableJobError
from ..session import ConnectorSession

Unit = TypeVar("Unit", bound="ConnectorUnit")

UNIT_GUARD = "connector_unit_guard"
"""Key of the cache of a cursor under which an object stands whose ``prepare`` is called
with each unit that is looked up in its transaction."""


class MetaConnectorUnit(type):
    """Metaclass that gives unit classes their addon and their list of models."""

    _model_name: str | list[str] | tuple[str, ...] | None

    def __init__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
    ) -> None:
        super().__init__(name, bases, namespace)
        cls._openerp_module_ = addon_of(cls)

    model_name = GoneName("for_model_names")

    @property
    def for_model_names(cls) -> list[str]:
        """Names of the models the class is for.

        Raises:
            NotImplementedError: the class declares no models.
        """
        names = cls._model_name
        if names is None:
            raise NotImplementedError(
                f"{cls.__module__}.{cls.__qualname__} has no _model_name; set it to "
                "the name of a model or to a list of names, or override match()."
            )
        return [names] if isinstance(names, str) else list(names)


class ConnectorUnit(metaclass=MetaConnectorUnit):
    """Part of a connector with a single role, registered on a backend.

    Args:
        connector_env: the scope to work in.
    """

    _model_name: str | list[str] | tuple[str, ...] | None = None
    """Model or models the unit is for; they need not exist in Odoo."""

    _binder_class: "type[ConnectorUnit]"
    """The base class of binders, which their module sets."""

    environment = GoneName("self.connector_env")
    get_connector_unit_for_model = GoneName("self.unit_for(cls, model)")
    get_binder_for_model = GoneName("self.binder_for(model)")

    def __init__(self, connector_env: "ConnectorEnvironment") -> None:
        self.connector_env = connector_env
        self.backend = connector_env.backend
        self.backend_record = connector_env.backend_record
        self.session = connector_env.session

    @classmethod
    def match(cls, session: ConnectorSession, model: BaseModel | str) -> bool:
        """Tell whether the unit is for a model, given by name or as a recordset."""
        name = model if isinstance(model, str) else model._name
        return name in cls.for_model_names

    @property
    def env(self) -> api.Environment:
        """The Odoo environment of the session."""
        return self.session.env

    @property
    def model(self) -> BaseModel:
        """An empty recordset of the model of the scope."""
        return self.connector_env.model

    @property
    def localcontext(self) -> Mapping[str, Any]:
        """The context of the session."""
        return self.session.context

    def unit_for(self, cls: type[Unit], model: str | None = None) -> Unit:
        """Return the registered unit that answers to a class.

        Args:
            cls: the requested class; the unit may be of a subclass.
            model: name of another model, None for the model of this unit.

        Raises:
            NoConnectorUnitError: no class answers.
            AmbiguousUnitError: several classes answer.
        """
        scope = self.connector_env
        if model is not None and model != scope.model_name:
            scope = scope._for_model(model, self.backend_record, self.session)
        return scope.get_connector_unit(cls)

    def binder_for(self, model: str | None = None) -> Any:
        """Return the registered binder of this model, or of another one."""
        return self.unit_for(self._binder_class, model)

    def advisory_lock_or_retry(self, lock: object, retry_seconds: int = 1) -> None:
        """Lock until the end of the transaction, or retry the job later.

        Args:
            lock: anything; its text is what is locked.
            retry_seconds: delay before the job is tried again.

        Raises:
            RetryableJobError: another transaction holds the lock. This try is
                not counted.
        """
        if not pg_try_advisory_lock(self.env, lock):
            raise RetryableJobError(
                f"Cannot lock {lock!r}: another transaction holds it. "
                f"Trying again in {retry_seconds} s.",
                seconds=retry_seconds,
                ignore_retry=True,
            )


class ConnectorEnvironment:
    """The scope of a synchronization: backend record, session and model.

    Made inside ``session.change_context(…)`` or ``session.change_user(…)``, it
    keeps what was changed also after the end of that block. Its language is that of
    the backend where it has one, unless such a block has chosen another.

    Args:
        backend_record: record of a concrete ``connector.backend`` model.
        session: whose user, cursor and context are used.
        model_name: model to work with; it need not exist in Odoo.
    """

    _propagate_kwargs: list[str] = []
    """Attributes which :meth:`create_environment` hands to the new environment
    as keyword arguments of its constructor."""

    _backend: Backend | None = None

    set_lang = GoneName("backend_record.get_environment(model)")

    def __init__(
        self, backend_record: Any, session: ConnectorSession, model_name: str
    ) -> None:
        self.backend_record = backend_record
        self.session = session.kept()
        self.model_name = model_name
        self._of_models: dict[str, ConnectorEnvironment] = {}
        if lang := _lang_of(backend_record):
            self._take_lang(lang)

    def _take_lang(self, lang: str) -> None:
        """Work in the language of the backend, unless a block has chosen another."""
        session = self.session.in_lang(lang)
        if session is not self.session:
            self.session = session
            if isinstance(self.backend_record, BaseModel):
                self.backend_record = self.backend_record.with_context(lang=lang)

    @property
    def backend(self) -> Backend:
        """The backend with the units for the record's service and version."""
        if self._backend is None:
            self._backend = self.backend_record.get_backend()
        return self._backend

    @backend.setter
    def backend(self, backend: Backend) -> None:
        """Take another backend than that of the record, in subclasses."""
        self._backend = backend

    @property
    def env(self) -> api.Environment:
        """The Odoo environment of the session."""
        return self.session.env

    @property
    def pool(self) -> Registry:
        """The registry of the database."""
        return self.session.pool

    @property
    def model(self) -> BaseModel:
        """An empty recordset of the model."""
        return self.session.env[self.model_name]

    def get_connector_unit(self, base_class: type[Unit]) -> Unit:
        """Return the registered unit that answers to a class, in this scope."""
        cls = self.backend.get_class(base_class, self.session, self.model_name)
        unit = cls(self)
        if guard := self.session.cr.cache.get(UNIT_GUARD):
            guard.prepare(unit)
        return unit

    @classmethod
    def create_environment(
        cls,
        backend_record: Any,
        session: ConnectorSession,
        model: str,
        connector_env: "ConnectorEnvironment | None" = None,
    ) -> "ConnectorEnvironment":
        """Return an environment of the same class for another model.

        Args:
            connector_env: where the attributes named in ``_propagate_kwargs``
                are taken from.
        """
        if connector_env is None:
            return cls(backend_record, session, model)
        propagated = connector_env._propagate_kwargs
        kwargs = {name: getattr(connector_env, name) for name in propagated}
        created = cls(backend_record, session, model, **kwargs)
        if connector_env.backend_record is backend_record:
            created._backend = connector_env._backend
        return created

    def _for_model(
        self, model: str, backend_record: Any, session: ConnectorSession
    ) -> "ConnectorEnvironment":
        """Return the environment of another model, the same one each time.

        One is made each time inside a block that changes the session, and in subclasses
        of the environment: what these hand on may be another thing each time.
        """
        is_own = backend_record is self.backend_record and session is self.session
        is_plain = type(self) is ConnectorEnvironment
        if not (is_own and is_plain) or session._is_changed:
            return self.create_environment(
                backend_record, session, model, connector_env=self
            )
        found = self._of_models.get(model)
        if found is None or found._backend is not self._backend:
            found = self.create_environment(
                backend_record, session, model, connector_env=self
            )
            self._of_models[model] = found
        return found


Environment = ConnectorEnvironment  # its name in series 7


def pg_try_advisory_lock(env: api.Environment, lock: object) -> bool:
    """Take a lock that PostgreSQL releases at the end of the transaction.

    Args:
        env: Odoo environment.
        lock: anything; its text is locked, for every user of that text.

    Returns:
        False when another transaction holds the lock.
    """
    digest = hashlib.sha1(str(lock).encode(), usedforsecurity=False).digest()
    (key,) = struct.unpack("q", digest[:8])
    env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,))
    return env.cr.fetchone()[0]


def _lang_of(backend_record: Any) -> str | None:
    """Return the code of a backend's language, None where it has none.

    A record says it by ``_get_lang_code``; what stands for a record, in tests and in
    environments of another thing than a backend, by ``default_lang_id``.
    """
    if isinstance(backend_record, BaseModel) and hasattr(
        backend_record, "_get_lang_code"
    ):
        return backend_record._get_lang_code()
    code = getattr(getattr(backend_record, "default_lang_id", None), "code", None)
    return code if isinstance(code, str) else None


def install_in_connector() -> None:
    """Do nothing: since series 8, an addon need not declare itself."""
