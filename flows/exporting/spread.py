# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Spread of changes: the bindings that they make due, on each backend."""

from collections.abc import Callable, Iterable

from psycopg2.errors import UniqueViolation

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools.sql import make_identifier

from ..binding_declare import record_field, wrapped_model
from ..importing.sql_log import handled_sql_errors
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
    # sorted, for the locks of bindings and jobs: see DueExports.delay
    for backend_sudo, ids in sorted(groups, key=lambda one: one[0].id):
        if is_wanted(backend_sudo):
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
    for backend_sudo in backends_sudo.search([], order="id") if records_sudo else ():
        if not is_wanted(backend_sudo):
            continue
        here_sudo = records_sudo.filtered_domain(company_domain(backend_sudo, model))
        of_backend = [("backend_id", "=", backend_sudo.id), (name, "in", here_sudo.ids)]
        known = model_sudo.with_context(active_test=False).search(of_backend)[name]
        _bind(model_sudo, backend_sudo, (here_sudo - known).sorted("id"))


def _bind(model_sudo: BaseModel, backend_sudo: BaseModel, records: BaseModel) -> None:
    """Create the bindings of records, but for those that another transaction makes.

    Whoever was second exports the record, too, by a job that sees the binding: the
    first one may have sent it before our change.
    """
    if not records or _is_made(model_sudo, backend_sudo, records):
        return
    late = [one for one in records if not _is_made(model_sudo, backend_sudo, one)]
    if late:
        name, wrapped = record_field(type(model_sudo)), records._name
        change = Change(wrapped, name, "", False, [one.id for one in late])
        backend_sudo._delay_spread(
            model_sudo._name, model_sudo._name, [change.packed()]
        )


def _is_made(model_sudo: BaseModel, backend_sudo: BaseModel, records) -> bool:
    """Create bindings; return whether nobody else did meanwhile."""
    name, table = record_field(type(model_sudo)), model_sudo._table
    try:
        with (
            handled_sql_errors((), (UniqueViolation,)),
            model_sudo.env.cr.savepoint(),
        ):
            model_sudo.create(
                [{name: one.id, "backend_id": backend_sudo.id} for one in records]
            )
    except UniqueViolation as error:
        if error.diag.constraint_name != make_identifier(f"{table}_odoo_uniq"):
            raise
        return False
    return True


def company_domain(backend: BaseModel, model: BaseModel) -> Domain:
    """Return the domain of the records that the company of a backend has."""
    records = backend.env[wrapped_model(type(model))]
    if not backend.company_id or "company_id" not in records._fields:
        return Domain.TRUE
    return Domain(records._check_company_domain(backend.company_id))


def _declared(model: BaseModel) -> ExportOn:
    return declared_export(type(model)) or ExportOn()
