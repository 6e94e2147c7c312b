# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Due exports of a transaction, collected until it is committed.

What was changed is kept as sets of ids until then: a record that is written a thousand
times is one job, and what it belongs to is looked up once, for all. Where many records
were changed, not even that is done: a job of each backend looks it up.

Odoo runs the hooks of a transaction before each savepoint as well, and forgets them
where it goes back to one: nothing is left of a change that was rolled back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import partial

from odoo import api
from odoo.models import BaseModel

from ...text import reference_of
from .change import Change
from .deletion import Deletion, delay_deletions
from .silence import Silence
from .spread import spread
from .trigger import ITSELF, Trigger

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
            roots_sudo = self.env[trigger.root].sudo().with_context(active_test=False)
            found = roots_sudo.search(trigger.change(ids).domain(self.env))
            self._found[trigger.binding, trigger.root, silence].update(found.ids)

    def add_bindings(self, bindings: BaseModel, silence: Silence) -> None:
        """Add bindings whatever changed of their records."""
        name = bindings._name
        self._found[name, name, silence].update(bindings.ids)

    def add_deleted(self, deletions: Iterable[Deletion]) -> None:
        """Add bindings that are about to be deleted."""
        self._deleted |= {(one.model, one.id): one for one in deletions}

    # === JOBS === #

    def delay(self) -> None:
        """Delay the exports: the transaction is about to be committed.

        In one order, whatever was changed first: two transactions that lock the same
        bindings, or jobs, wait for each other only one way.
        """
        for (binding, root, silence), changes in sorted(
            self._changes().items(), key=lambda one: (*one[0][:2], sorted(one[0][2]))
        ):
            model = self.env[binding]
            if sum(len(one.ids) for one in changes) > model._export_run_above:
                _delay_spread(model, root, changes, silence)
            else:
                spread(model, root, changes, partial(_is_loud, silence))
        if self._deleted:
            delay_deletions(self.env, self._deleted.values())

    def _changes(self) -> dict[Root, list[Change]]:
        """Return what was changed, by what may be due."""
        changes: dict[Root, list[Change]] = defaultdict(list)
        for (trigger, silence), ids in self._changed.items():
            key = trigger.binding, trigger.root, silence
            changes[key].append(trigger.change(ids))
        for key, ids in self._found.items():
            changes[key].append(Change(key[1], ITSELF, "", False, ids))
        return changes


def _is_loud(silence: Silence, backend: BaseModel) -> bool:
    return reference_of(backend) not in silence


def _delay_spread(
    model: BaseModel, root: str, changes: Iterable[Change], silence: Silence
) -> None:
    """Let a job of each backend find what many changes make due.

    The transaction that made them neither looks for bindings nor locks any. Archived
    backends get no new bindings; those that are there stay due.
    """
    packed = [one.packed() for one in changes]
    backends_sudo = model.env[model._fields["backend_id"].comodel_name].sudo()
    is_new = root != model._name
    backends_sudo = backends_sudo.with_context(active_test=is_new)
    for backend_sudo in backends_sudo.search([], order="id"):
        if _is_loud(silence, backend_sudo):
            backend_sudo._delay_spread(model._name, root, packed)
