# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exported models: the binding models whose records a connector sends to a backend."""

from collections.abc import Iterator

from odoo import api, models
from odoo.fields import Domain

from ...backend import BACKENDS, Backend
from ...components.mapper import ExportMapper
from ...components.synchronizer import Exporter
from ...session import ConnectorSession
from .export_on import declared_export
from .spread import company_domain

ROLES = (Exporter, ExportMapper)


def is_exported(
    bindings: models.BaseModel, backend: models.BaseModel | None = None
) -> bool:
    """Return whether the records of a binding model are exported.

    They are where it declares triggers, or where the connector registers an exporter or
    an export mapper for it. Lines go with the record that they belong to.

    Args:
        bindings: of the binding model.
        backend: to which; None for any of its model.
    """
    name = getattr(bindings, "_backend_model", None)
    if not name or bindings._abstract or bindings._line_of:
        return False
    if declared_export(type(bindings)):
        return True
    session = ConnectorSession.from_env(bindings.env)
    found = [backend.get_backend()] if backend else _backends_of(bindings.env, name)
    return any(
        one.has_class(role, session, bindings._name) for one in found for role in ROLES
    )


def _backends_of(env: api.Environment, model_name: str) -> Iterator[Backend]:
    """Return the backends of each version of a backend model."""
    service = env[model_name]._backend_type
    return (one for one in BACKENDS.backends if one.service == service)


def exported_of(
    bindings: models.BaseModel, backend: models.BaseModel, records: models.BaseModel
) -> models.BaseModel:
    """Return the records that may be exported to a backend.

    Those of another company, and those for which the domain of the triggers does not
    hold, are left out.
    """
    declared = declared_export(type(bindings))
    domain = Domain(list((declared and declared.domain) or ()))
    return records.filtered_domain(domain & company_domain(backend, bindings))
