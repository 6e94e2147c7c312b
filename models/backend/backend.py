# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends: the records of external systems, with address and version."""

from odoo import api, fields, models

from ...backend import BACKENDS, Backend, get_backend
from ...components.core import ConnectorEnvironment
from ...flows.importing.sql_log import masked_sql_errors
from ...session import ConnectorSession
from ...text import reference_of


class ConnectorBackend(models.AbstractModel):
    """Base of all backend models.

    A concrete model sets ``_backend_type`` to the service of its
    :class:`~..backend.Backend` and declares its versions, by overriding
    ``_select_versions`` or the selection of ``version``.
    """

    _name = "connector.backend"
    _description = "Connector Backend"

    _backend_type: str | None = None

    name = fields.Char(required=True)
    version = fields.Selection(
        selection="_select_versions",
        required=True,
        default=lambda self: self._default_version(),
        help="Version of the external system.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write, and copy a new name or company to the checkpoints."""
        result = super().write(vals)
        if not {"name", "company_id"}.isdisjoint(vals):
            self.env["connector.checkpoint"]._refresh_backend_facts(self)
        return result

    def _create(self, data_list):
        """Insert; no secret is in the log where PostgreSQL refuses it."""
        with masked_sql_errors(self._table):
            return super()._create(data_list)

    def _write_multi(self, vals_list):
        """Update; no secret is in the log where PostgreSQL refuses it."""
        with masked_sql_errors(self._table):
            return super()._write_multi(vals_list)

    # === HELPERS === #

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return the models of backends, with their labels."""
        names = self.env.registry.descendants(["connector.backend"], "_inherit")
        models_ = [self.env[name] for name in names]
        return [(one._name, one._description) for one in models_ if not one._abstract]

    @api.model
    def _select_versions(self) -> list[tuple[str, str]]:
        """Return the versions as pairs of value and label; for overrides.

        By default they are those of the Backends of the service that name one.
        """
        service = self._backend_type
        known = {one.version for one in BACKENDS.backends if one.service == service}
        return [(one, one) for one in sorted(filter(None, known))] if service else []

    @api.model
    def _default_version(self) -> str | bool:
        """Return the version of a new backend, where there is only one."""
        versions = self._fields["version"].get_values(self.env)
        return versions[0] if len(versions) == 1 else False

    @api.private
    def describe(self) -> str:
        """Return the record's name for messages: ``'Shop FR' (shop.backend,3)``."""
        self.ensure_one()
        return f"{self.name!r} ({reference_of(self)})"

    @api.private
    def get_backend(self) -> Backend:
        """Return the backend with the units for the record's service and version.

        Raises:
            ValueError: the model names no service, or its backend is not declared.
        """
        self.ensure_one()
        if self._backend_type is None:
            raise ValueError(
                f"Model {self._name!r} does not say which service it is for: set "
                "_backend_type to the service of its Backend."
            )
        return get_backend(self._backend_type, self.version)

    @api.private
    def get_environment(
        self, model_name: str, session: ConnectorSession | None = None
    ) -> ConnectorEnvironment:
        """Return the scope in which units work for a model of this backend.

        Its language is the backend's, see :meth:`_get_lang_code`, unless a block of the
        session has chosen another.

        Args:
            model_name: model to work with; it need not exist in Odoo.
            session: whose user and cursor are used; None takes those of the record.
        """
        self.ensure_one()
        session = session or ConnectorSession.from_env(self.env)
        return ConnectorEnvironment(self, session, model_name)

    def _get_lang_code(self) -> str | None:
        """Return the language in which records are exchanged, None for the user's.

        It is that of the field ``default_lang_id``, where a backend has one.
        """
        if "default_lang_id" in self._fields:
            return self.default_lang_id.code or None
        return None
