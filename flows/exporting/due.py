# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Due exports of a transaction, collected until it is committed.

What was changed is kept as sets of ids until then: a record that is written a thousand
times is one job, and what it belongs to is looked up once, for all. Odoo runs the hooks
of a transaction before each savepoint as well, and forgets them where it goes back to
one: nothing is left of a change that was rolled back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from odoo import api
from odoo.fields import Domain
from odoo.models import BaseModel

from ...text import reference_of
from ..binding_declare import wrapped_model
from .deletion import Deletion, delay_deletions
from .export_on import declared_export
from .silence import Silence
from .trigger import Trigger, record_field

_KEY = "connector.exports"  # in the data of the hooks

Root = tuple[str, str, Silence]  # binding model, root, and where it does not go


class DueExports:
    """What the changes of a transaction make due.

    Args:
        env: of the first change.
    """

    def __init__(self, env: api.Environment):
        self.env = env
        self._changed: dict[tuple[Trigger, Silence], set[int]] = defaultdict(set)
        self._found: dict[Root, set[int]] = defaultdict(set)
        self._deleted: dict[tuple[str, int], Deletion] = {}

    def __deepcopy__(self, _memo: object) -> "DueExports":
        return self  # tests copy the hooks of a cursor

    @classmethod
    def of(cls, env: api.Environment) -> "DueExports":
        """Return those of the transaction."""
        hooks = env.cr.precommit
        due = hooks.data.get(_KEY)
        if due is None:
            due = hooks.data[_KEY] = cls(env)
            hooks.add(lambda: hooks.data.pop(_KEY).delay())
        return due

    # === CHANGES === #

    def add(
        self, triggers: Iterable[Trigger], ids: Collection[int], silence: Silence
    ) -> None:
        """Add changed records."""
        for trigger in triggers:
            self._changed[trigger, silence].update(ids)

    def add_roots(
        self, triggers: Iterable[Trigger], ids: Collection[int], silence: Silence
    ) -> None:
        """Add what records belong to now: they are about to leave it, or to go."""
        for trigger in triggers:
            roots_sudo = _sudo(self.env[trigger.root])
            found = roots_sudo.search(trigger.domain_of(self.env, ids))
            self._found[trigger.binding, trigger.root, silence].update(found.ids)

    def add_deleted(self, deletions: Iterable[Deletion]) -> None:
        """Add bindings that are about to be deleted."""
        self._deleted |= {(one.model, one.id): one for one in deletions}

    # === JOBS === #

    def delay(self) -> None:
        """Delay the exports: the transaction is about to be committed."""
        for (binding, root, silence), domain in self._domains().items():
            if root == binding:
                _delay_bindings(self.env[binding], domain, silence)
            else:
                _bind_newcomers(self.env[binding], domain, silence)
        if self._deleted:
            delay_deletions(self.env, self._deleted.values())

    def _domains(self) -> dict[Root, Domain]:
        """Return the domain of what is due, for each root."""
        domains: dict[Root, list[Domain]] = defaultdict(list)
        for (trigger, silence), ids in self._changed.items():
            domain = trigger.domain_of(self.env, ids)
            if trigger.model == trigger.binding and trigger.on_create:
                # what has an id there came from there
                domain &= Domain("external_id", "=", False)
            domains[trigger.binding, trigger.root, silence].append(domain)
        for root, ids in self._found.items():
            domains[root].append(Domain("id", "in", list(ids)))
        return {root: Domain.OR(some) for root, some in domains.items()}


def _delay_bindings(model: BaseModel, domain: Domain, silence: Silence) -> None:
    """Delay the exports of bindings, of each backend together."""
    declared = declared_export(type(model))
    domain &= Domain("is_alias", "=", False)
    if declared and declared.domain:
        domain &= Domain(record_field(type(model)), "any", list(declared.domain))
    groups = _sudo(model)._read_group(domain, ["backend_id"], ["id:array_agg"])
    for backend_sudo, ids in groups:
        if backend_sudo.active and reference_of(backend_sudo) not in silence:
            backend_sudo.with_env(model.sudo().env)._delay_due(model._name, ids)


def _bind_newcomers(model: BaseModel, domain: Domain, silence: Silence) -> None:
    """Create bindings of new records on each backend that has none.

    Their creation makes their exports due. It is for whoever may create the record: so
    it is done with elevated rights, and without defaults from the context.
    """
    name = record_field(type(model))
    declared = declared_export(type(model))
    records_sudo = model.env(su=True, context={})[wrapped_model(type(model))]
    domain &= Domain(list((declared and declared.domain) or ()))
    records_sudo = records_sudo.search(domain)
    backends_sudo = records_sudo.env[model._fields["backend_id"].comodel_name]
    for backend_sudo in backends_sudo.search([]) if records_sudo else ():
        if reference_of(backend_sudo) in silence:
            continue
        here_sudo = records_sudo.filtered_domain(company_domain(backend_sudo, model))
        bindings_sudo = _sudo(model.with_env(records_sudo.env))
        bound = bindings_sudo.search(
            [("backend_id", "=", backend_sudo.id), (name, "in", here_sudo.ids)]
        )[name]
        model.with_env(records_sudo.env).create(
            [
                {name: one.id, "backend_id": backend_sudo.id}
                for one in here_sudo
                if one.id not in bound._ids
            ]
        )


def company_domain(backend: BaseModel, model: BaseModel) -> Domain:
    """Return the domain of the records that the company of a backend has."""
    records = backend.env[wrapped_model(type(model))]
    if not backend.company_id or "company_id" not in records._fields:
        return Domain.TRUE
    return Domain(records._check_company_domain(backend.company_id))


def _sudo(model: BaseModel) -> BaseModel:
    """Return a model with elevated rights: who changes a record may not read them."""
    return model.sudo().with_context(active_test=False)
