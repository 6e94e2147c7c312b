# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Spread of changes: the bindings that they make due, on each backend."""

from collections.abc import Callable, Iterable

from odoo.fields import Domain
from odoo.models import BaseModel

from ..binding_declare import record_field, wrapped_model
from .change import Change
from .export_on import ExportOn, declared_export

IsWanted = Callable[[BaseModel], bool]  # of a backend


def spread(
    model: BaseModel, root: str, changes: Iterable[Change], is_wanted: IsWanted
) -> None:
    """Delay the exports of what changes make due.

    Args:
        model: of the bindings.
        root: the same model; or the wrapped one, whose records get bindings.
        changes: that lead to the records of the root.
        is_wanted: whether they go to a backend.
    """
    domain = Domain.OR([one.domain(model.env) for one in changes])
    if root == model._name:
        _delay_bindings(model, domain, is_wanted)
    else:
        _bind_newcomers(model, domain, is_wanted)


def _delay_bindings(model: BaseModel, domain: Domain, is_wanted: IsWanted) -> None:
    """Delay the exports of bindings, those of a backend together."""
    domain &= Domain("is_alias", "=", False)
    if condition := _declared(model).domain:
        domain &= Domain(record_field(type(model)), "any", list(condition))
    # for whoever changes a record, who need not be allowed to read its bindings
    bindings_sudo = model.sudo().with_context(active_test=False)
    groups = bindings_sudo._read_group(domain, ["backend_id"], ["id:array_agg"])
    for backend_sudo, ids in groups:
        if backend_sudo.active and is_wanted(backend_sudo):
            backend_sudo.with_env(model.sudo().env)._delay_due(model._name, ids)


def _bind_newcomers(model: BaseModel, domain: Domain, is_wanted: IsWanted) -> None:
    """Create bindings of new records on each backend that has none.

    Their creation makes their exports due. It is for whoever may create the record: so
    it is done with elevated rights, and without defaults from the context.
    """
    model_sudo = model.with_env(model.env(su=True, context={}))
    name = record_field(type(model))
    records_sudo = model_sudo.env[wrapped_model(type(model))]
    condition = Domain(list(_declared(model).domain or ()))
    records_sudo = records_sudo.search(domain & condition)
    backends_sudo = model_sudo.env[model._fields["backend_id"].comodel_name]
    for backend_sudo in backends_sudo.search([]) if records_sudo else ():
        if not is_wanted(backend_sudo):
            continue
        here_sudo = records_sudo.filtered_domain(company_domain(backend_sudo, model))
        of_backend = [("backend_id", "=", backend_sudo.id), (name, "in", here_sudo.ids)]
        known = model_sudo.with_context(active_test=False).search(of_backend)[name]
        model_sudo.create(
            [{name: one.id, "backend_id": backend_sudo.id} for one in here_sudo - known]
        )


def company_domain(backend: BaseModel, model: BaseModel) -> Domain:
    """Return the domain of the records that the company of a backend has."""
    records = backend.env[wrapped_model(type(model))]
    if not backend.company_id or "company_id" not in records._fields:
        return Domain.TRUE
    return Domain(records._check_company_domain(backend.company_id))


def _declared(model: BaseModel) -> ExportOn:
    return declared_export(type(model)) or ExportOn()
