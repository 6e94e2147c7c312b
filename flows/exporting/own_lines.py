# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines that were made here: an export binds them, and keeps the ids of its answer.

Without a binding a line would not be sent with its record. Without the id that the
backend gave it, the next import would take it for a new one.
"""

from collections.abc import Iterator
from contextlib import suppress

from odoo import models

from ...components.mapper import ImportMapper
from ...exception import RetryableJobError
from ...text import is_missing
from ..binding_declare import record_field
from ..importing.faults import PAGE_FAULTS, RECORD_FAULTS
from ..line_declaration import lines_of, wrapping_field
from .dependency import NEXT_SNAPSHOT_S
from .dry_run import is_dry_run
from .own_transaction import own_transaction


class OwnLines:
    """The lines of the record in hand of an exporter, as far as its mapper sends them.

    Args:
        exporter: the RecordExporter.
    """

    def __init__(self, exporter):
        self.exporter = exporter

    def bind(self) -> None:
        """Make the bindings of lines that have none.

        They are committed: what maps them may be a request that is sent again.

        Raises:
            RetryableJobError: our transaction, which began before, cannot see them; the
                job has to begin again.
        """
        exporter = self.exporter
        if is_dry_run(exporter.backend_record):
            return
        missing = {name: ids for name in self._models() if (ids := self._missing(name))}
        if not missing:
            return
        with own_transaction(exporter.env) as env:
            for name, ids in missing.items():
                silent = env[name].with_context(connector_no_export=True)
                first, own, _second = self._links(name)
                silent.create([{first: exporter.binding.id, own: id_} for id_ in ids])
        exporter.env.invalidate_all()
        if any(self._missing(name) for name in missing):
            raise RetryableJobError(
                f"The lines of {exporter.describe()} were bound first; going on.",
                seconds=NEXT_SNAPSHOT_S,
                ignore_retry=True,
            )

    def learn(self, answered: dict | None) -> None:
        """Keep the ids that the backend gave to new lines, in the order of the lines.

        Args:
            answered: the record as the backend answered with it, None where it did not.
        """
        for source, name in self._sources():
            lines = self.exporter.binding[source]
            key = self.exporter.binder_for(name)._external_field
            new = lines.filtered(lambda line, key=key: is_missing(line[key]))
            if not new:
                continue
            known = set(lines.mapped(key))
            ids = [one for one in self._ids_in(answered, name, key) if one not in known]
            if len(ids) != len(new):
                self._ask(new, len(ids))
                continue
            silent = self.exporter._silent(new)
            for line, external_id in zip(silent, ids, strict=True):
                line.write({key: external_id, "sync_state": "synced"})

    # === HELPERS === #

    def _sources(self) -> Iterator[tuple[str, str]]:
        """Return the fields of lines that the mapper sends, with their models."""
        exporter = self.exporter
        for source, _target, name in exporter.mapper.children:
            field = exporter.model._fields.get(source)
            lines = lines_of(field, exporter.env.registry)
            if lines is not None and lines._name == name:
                yield source, name

    def _models(self) -> list[str]:
        return list(dict.fromkeys(name for _source, name in self._sources()))

    def _links(self, name: str) -> tuple[str, str, str]:
        """Return the fields with the parent and record of a line, and that of both."""
        lines = self.exporter.env.registry[name]
        first, second = lines._line_of
        return first, wrapping_field(lines, second), second

    def _missing(self, name: str) -> list[int]:
        """Return the ids of the wrapped lines without a binding."""
        binding, lines = self.exporter.binding, self.exporter.env[name]
        first, own, second = self._links(name)
        records = lines.env[lines._fields[own].comodel_name]
        document = binding[record_field(type(binding))]
        known = lines.with_context(active_test=False).search([(first, "=", binding.id)])
        found = records.search([(second, "=", document.id)], order="id")
        return (found - known[own]).ids

    def _ids_in(self, answered: dict | None, name: str, key: str) -> list[str]:
        """Return the external ids of lines, as an import would map them."""
        importer = self.exporter.unit_for(ImportMapper)
        keys = [source for source, _target, model in importer.children if model == name]
        mapper = self.exporter.unit_for(ImportMapper, name)
        lines = [line for one in keys for line in (answered or {}).get(one) or ()]
        with suppress(*(set(RECORD_FAULTS) - set(PAGE_FAULTS))):
            mapped = [
                mapper.map_record(line).values(leave_missing=True) for line in lines
            ]
            return [str(values[key]) for values in mapped if key in values]
        return []

    def _ask(self, new: models.BaseModel, count: int) -> None:
        """Let a person see to lines whose ids on the backend nobody knows."""
        exporter = self.exporter
        exporter.backend_record.add_checkpoint(
            exporter.binding._name,
            exporter.binding.id,
            exporter.env._(
                "%(record)s was exported with %(new)s new lines, and the answer of the "
                "backend has %(count)s: which is which is not known. Let create and "
                "write of the adapter return the record with its lines, or enter their "
                "external IDs, before the record is imported again.",
                record=exporter.binding.display_name,
                new=len(new),
                count=count,
            ),
            reason="conflict",
        )
