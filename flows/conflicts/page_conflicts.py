# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts of a page: which mapped values are written to records that are here.

Only for binding models that declare owners or exports; the others are imported as if
nobody changed anything here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from odoo import models

from ..importing.item import ImportItem
from ..importing.reading import utc
from .bases import Base, read_bases, write_bases
from .export_conflicts import exports
from .flips import IN
from .owners import Owners, keeps_bases
from .texts import in_form_of
from .three_way import ASK, KEEP, NEWEST, REMOTE, SAME, SEND, TAKE, Sides, decide
from .values import LINES, kept_value, mapped_value

CHANGED = "changed"  # kinds of a conflict
FLIPS = "flips"

PENDING = "pending"
SYNCED = "synced"
CONFLICT = "conflict"


@dataclass
class FieldConflict:
    """A field that both sides changed, until a person decides.

    Args:
        name: of the field.
        base: what was mapped before.
        ours: what is here now.
        theirs: what is mapped now.
        value: as it was mapped, for writing it.
        kind: what happened.
    """

    name: str
    base: object
    ours: object
    theirs: object
    value: object
    kind: str = CHANGED


@dataclass
class Verdict:
    """What becomes of the mapped values of one record."""

    base: Base
    was_held: bool = False
    taken: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    asked: list[FieldConflict] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)
    """Fields whose mapped values are not written."""


class PageConflicts:
    """The three-way merge of the records of a page.

    Args:
        importer: the RecordImporter of the page.
        force: give fields of the backend its values back, also where only Odoo
            changed them.
    """

    def __init__(self, importer, force: bool = False):
        self.importer = importer
        self.force = force
        self.is_active = keeps_bases(type(importer.model))
        self.verdicts: dict[int, Verdict] = {}

    def settle(self, items: Iterable[ImportItem]) -> None:
        """Leave out of the values of known records what is not to be written."""
        if not self.is_active:
            return
        known = [item for item in items if item.binding]
        bases = read_bases(self._bindings(known))
        for item in known:
            verdict = self.judge(item, bases[item.binding.id])
            self.verdicts[item.binding.id] = verdict
            item.data = {
                name: value
                for name, value in item.data.items()
                if name not in verdict.untouched
            }

    def judge(self, item: ImportItem, base: Base) -> Verdict:
        """Return what becomes of the mapped values of a record; the base learns it."""
        verdict = Verdict(base, was_held=bool(base.held))
        for name, value in item.data.items():
            if name in self._compared:
                self._judge_field(item, verdict, name, value)
        return verdict

    def remember(self, items: Iterable[ImportItem]) -> None:
        """Store the bases of records that are in, and ask about their conflicts."""
        if not self.is_active:
            return
        done = [item for item in items if item.binding and item.mapped is not None]
        bases = {item.binding.id: self._learn(item) for item in done}
        write_bases(self.importer.model, bases)
        for item in done:
            if verdict := self.verdicts.pop(item.binding.id, None):
                self._report(item.binding, verdict)

    def state_of(self, item: ImportItem) -> str:
        """Return the state of a record that is imported now."""
        verdict = self.verdicts.get(item.binding.id) if item.binding else None
        if verdict is None:
            return SYNCED
        if verdict.base.held:
            return CONFLICT
        return PENDING if verdict.sent and self._can_export else SYNCED

    def rest(self, binding: models.BaseModel) -> None:
        """Note the state of a record of which nothing new came."""
        if self.is_active and binding.sync_state == PENDING:
            return  # its export is due
        base = read_bases(binding)[binding.id] if self.is_active else Base()
        if not base.held:
            binding.set_sync_state(SYNCED)
        elif binding.sync_state != CONFLICT:
            self.importer.backend_record._ask_conflicts(binding, [], base)

    def find_untouched(self, item: ImportItem) -> set[str]:
        """Return the fields of a record that an import would leave alone."""
        if not (self.is_active and item.binding):
            return set()
        return self.judge(item, read_bases(item.binding)[item.binding.id]).untouched

    # === ONE FIELD === #

    def _judge_field(
        self, item: ImportItem, verdict: Verdict, name: str, value
    ) -> None:
        base, binding = verdict.base, item.binding
        theirs = mapped_value(binding, name, value)
        if self._is_same_there(base, name, theirs) and not self._insists_on(name):
            verdict.untouched.add(name)
            return
        ours = kept_value(binding, name, like=theirs)
        outcome = self._decide(item, base, name, theirs, ours)
        kind = CHANGED
        if outcome in (TAKE, SEND) and self._flips(base, name, theirs):
            outcome, kind = ASK, FLIPS
        if outcome == TAKE:
            verdict.taken.append(name)
            base.take(name, theirs)
            return
        verdict.untouched.add(name)
        if outcome == SAME:
            base.settle(name, theirs, ours)
        elif outcome == KEEP:
            base.release(name, theirs)
        elif outcome == SEND:
            base.diverge(name, theirs)
            verdict.sent.append(name)
        elif outcome == ASK:
            before = base.mapped_of(name)
            kind = FLIPS if base.is_flipping(name) else kind
            asked = FieldConflict(name, before, ours, theirs, value, kind)
            verdict.asked.append(asked)
            hold = base.hold_flips if kind == FLIPS else base.hold
            hold(name, theirs)

    def _is_same_there(self, base: Base, name: str, theirs) -> bool:
        """Return whether theirs is what was mapped last, and nobody has to decide."""
        if name not in base.mapped or name in (*base.held, *base.taken):
            return False
        return theirs == in_form_of(theirs, base.mapped[name], base.lang)

    def _decide(self, item: ImportItem, base: Base, name: str, theirs, ours) -> str:
        if name in base.taken:
            return TAKE
        if base.is_flipping(name):
            return ASK
        kept = base.kept_of(name)
        if isinstance(kept, dict) and LINES in kept:
            ours = kept_value(item.binding, name, like=kept)
        sides = Sides(
            mapped=in_form_of(theirs, base.mapped_of(name), base.lang),
            kept=in_form_of(ours, kept, base.lang, is_ours=True),
            theirs=theirs,
            ours=ours,
        )
        owner = self.owners.of(name)
        outcome = decide(sides, owner, owner == NEWEST and self._is_newer_there(item))
        is_reset = outcome == KEEP and sides.changed_here and self._insists_on(name)
        return TAKE if is_reset else outcome

    def _flips(self, base: Base, name: str, theirs: object) -> bool:
        """Note a change of the backend; return whether it goes back and forth."""
        is_new = name in base.mapped and name not in base.taken
        if not (is_new and self._can_export):
            return False
        return base.note_change(name, IN, theirs)

    def _insists_on(self, name: str) -> bool:
        """Return whether a field of the backend gets its value back in any case."""
        return self.force and self.owners.of(name) == REMOTE

    def _is_newer_there(self, item: ImportItem) -> bool:
        """Return whether the backend changed a record after Odoo did."""
        changed_since = getattr(self.importer.backend_adapter, "_changed_since", None)
        stamp = changed_since.stamp_of(item.record) if changed_since else None
        record = self.importer.binder.unwrap_binding(item.binding, browse=True)
        return stamp is not None and stamp > utc(record.write_date)

    # === HELPERS === #

    @cached_property
    def owners(self) -> Owners:
        """The owners of the fields on this backend."""
        return self.importer.backend_record._owners_of(self.importer.model._name)

    @cached_property
    def _compared(self) -> set[str]:
        """The fields that are compared: all but those that make the binding."""
        binder, model = self.importer.binder, self.importer.model
        own = {
            *(binder._backend_field, binder._external_field, binder._sync_date_field),
            *model.pool["connector.binding"]._fields,
            getattr(model, "_stable_key", None),
        }
        return set(model._fields) - own

    def _bindings(self, items: list[ImportItem]) -> models.BaseModel:
        return self.importer.model.union(*(item.binding for item in items))

    def _learn(self, item: ImportItem) -> Base:
        """Return the base of a record with what Odoo kept of it."""
        verdict = self.verdicts.get(item.binding.id)
        base = verdict.base if verdict else Base()
        for name in verdict.taken if verdict else item.mapped:
            if name in self._compared:
                theirs = mapped_value(item.binding, name, item.mapped[name])
                ours = kept_value(item.binding, name, like=theirs)
                base.settle(name, theirs, ours)
        base.taken = []
        return base

    def _report(self, binding: models.BaseModel, verdict: Verdict) -> None:
        """Ask about conflicts, and send back what the backend has to have."""
        backend = self.importer.backend_record
        if verdict.was_held or verdict.base.held:
            backend._ask_conflicts(binding, verdict.asked, verdict.base)
        if verdict.sent and self._can_export:
            # whoever imports need not be allowed to write what its export is due to
            backend.sudo()._delay_due(binding._name, binding.ids)

    @cached_property
    def _can_export(self) -> bool:
        """Whether the connector exports the model."""
        return exports(self.importer)
