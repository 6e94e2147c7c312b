# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts of an export: which fields are sent, and what both sides have after it."""

from collections.abc import Collection
from contextlib import suppress
from functools import cached_property

from odoo import models

from ...components.mapper import ExportMapper, ImportMapper
from ...exception import NoConnectorUnitError
from ..exporting.export_on import declared_export
from ..importing.faults import PAGE_FAULTS, RECORD_FAULTS
from .bases import Base, read_bases, write_bases
from .flips import OUT
from .owners import Owners, keeps_bases
from .texts import in_form_of
from .three_way import REMOTE, UNKNOWN
from .values import kept_value, mapped_value


class ExportConflicts:
    """The owners of the fields of one export, and the bases of its record.

    Args:
        exporter: the RecordExporter.
    """

    def __init__(self, exporter):
        self.exporter = exporter
        self.is_active = keeps_bases(type(exporter.model))

    @cached_property
    def base(self) -> Base:
        """The bases of the record, as they are once its export is locked."""
        binding = self.exporter.binding
        return read_bases(binding)[binding.id] if self.is_active else Base()

    def fields_to_send(self, fields: Collection[str] | None) -> Collection[str] | None:
        """Return the fields from which values are mapped; None for all, as asked.

        Those that wait for a person are not sent, nor those of the backend whose
        changes nobody wants there. An empty collection: there is nothing to send.

        Args:
            fields: those that changed, None for all.
        """
        if not self.is_active:
            return fields
        known = self._sources
        withheld = {name for name in known if not self._may_send(name)}
        if not withheld:
            return fields or None
        return [name for name in (fields or sorted(known)) if name not in withheld]

    def is_equal_there(self) -> bool:
        """Return whether the backend has all that would be sent already.

        That is known of fields that are imported as well, and of nothing that a
        mapping method computes without saying of what (``@changed_by``).
        """
        if not self.is_active or self._computes_freely:
            return False
        sent = [name for name in self._sources if self._may_send(name)]
        return bool(sent) and all(map(self._is_equal, sent))

    def remember(self, binding: models.BaseModel, answered: dict | None) -> bool:
        """Keep what both sides have after an export.

        Args:
            binding: of the record.
            answered: the record as the backend answered with it, None where it did not.

        Returns:
            Whether the answer tells of changes in fields that were not sent.
        """
        if not self.is_active:
            return False
        theirs = self._map_answer(binding, answered) if answered else {}
        sent = self._sent_sources
        has_news = any(
            self._is_news(binding, name, value)
            for name, value in theirs.items()
            if name in self.base.mapped and name not in (*sent, *self.base.held)
        )
        for name in sent:
            self._learn(binding, name, theirs)
        write_bases(binding, {binding.id: self.base})
        return has_news

    @property
    def is_held(self) -> bool:
        """Whether a field of the record waits for a person."""
        return bool(self.base.held)

    # === HELPERS === #

    @property
    def owners(self) -> Owners:
        """The owners of the fields on this backend."""
        return self.exporter._owners

    @cached_property
    def _sources(self) -> set[str]:
        """The fields of the record from which its export is mapped."""
        known = self.exporter.model._fields
        sources = type(self.exporter.mapper).source_fields()
        return {name for name in sources if name in known}

    @property
    def _sent_sources(self) -> list[str]:
        """The fields that this export has sent."""
        fields = self.exporter.fields
        return [
            name
            for name in self._sources
            if self._may_send(name) and (not fields or name in fields)
        ]

    @property
    def _computes_freely(self) -> bool:
        """Whether a mapping method does not say which fields it reads."""
        methods = type(self.exporter.mapper)._map_methods.values()
        return any(not one.changed_by and not one.only_create for one in methods)

    def _may_send(self, name: str) -> bool:
        if name in self.base.held:
            return False
        if name in self.base.given:
            return True
        return self.owners.of(name) != REMOTE or self.owners.is_exported(name)

    def _is_equal(self, name: str) -> bool:
        """Return whether a field is as it was when both sides were last equal."""
        kept = self.base.kept_of(name)
        if kept is UNKNOWN:
            return False
        return kept_value(self.exporter.binding, name, like=kept) == kept

    def _is_news(self, binding: models.BaseModel, name: str, value) -> bool:
        """Return whether a mapped value is another one than was mapped last."""
        now = mapped_value(binding, name, value)
        return now != in_form_of(now, self.base.mapped[name], self.base.lang)

    def _learn(self, binding: models.BaseModel, name: str, theirs: dict) -> None:
        before = self.base.mapped.get(name, UNKNOWN)
        if name in theirs:
            mapped = mapped_value(binding, name, theirs[name])
            ours = kept_value(binding, name, like=mapped)
        else:  # it took what was sent, as far as anybody knows
            like = before if isinstance(before, dict) else None
            mapped = ours = kept_value(binding, name, like=like)
        is_other = ours != in_form_of(ours, before, self.base.lang)
        if is_other and before is not UNKNOWN:
            self._note_change(binding, name, ours)
        self.base.settle(name, mapped, ours)

    def _note_change(self, binding: models.BaseModel, name: str, ours) -> None:
        """Note that Odoo changed a field there, unless it was a person who did."""
        record = self.exporter.binder.unwrap_binding(binding, browse=True)
        if self.exporter.backend_record._is_person(record.write_uid):
            self.base.flips.pop(name, None)
        else:
            self.base.note_change(name, OUT, ours)

    def _map_answer(self, binding: models.BaseModel, answered: dict) -> dict:
        """Return the answer as an import would map it, as far as that is possible."""
        with suppress(NoConnectorUnitError):
            mapper = self.exporter.unit_for(ImportMapper)
            lines = {source for source, _target, _model in mapper.children}
            plain = {key: one for key, one in answered.items() if key not in lines}
            with suppress(*(set(RECORD_FAULTS) - set(PAGE_FAULTS))):
                record = mapper.map_record(plain)
                return record.values(leave_missing=True, binding=binding)
        return {}


def exports(unit) -> bool:
    """Return whether a connector exports the model of a unit.

    It does where it declares exports, or registers an export mapper of its own.
    """
    if declared_export(type(unit.model)) is not None:
        return True
    try:
        found = unit.backend.get_class(ExportMapper, unit.session, unit.model._name)
    except NoConnectorUnitError:
        return False
    return found is not ExportMapper
