# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preview of an export: what it would send of one record, field by field."""

import json

from odoo import api

from ...components.map_record import MapRecord
from ...redaction import HIDDEN, is_secret_name
from ..importing.preview_guard import PreviewGuard
from ..importing.preview_text import SHOWN
from ..preview import (
    CREATE,
    SKIP,
    UNCHANGED,
    UNKNOWN,
    UPDATE,
    Preview,
    Previewer,
    PreviewLine,
)
from .own_changes import OwnChanges
from .update import Update

# Steps that do something, so that a preview leaves them out.
NOT_CALLED = ("_export_dependencies", "_create", "_update", "_after_export")
NO_READ = "The adapter reads no single record: what is there now is not shown."
CHANGED_THERE = "It changed on the backend since: it is imported first."


class ExportPreviewer(Previewer):
    """Maps a record as an export would, and sends nothing.

    Args:
        exporter: the RecordExporter of the record, on the cursor of the guard.
        guard: keeps everything read-only, here and there.
        viewer: environment of the user who is shown the preview.
    """

    last_hook = "_after_export of the exporter"

    def __init__(self, exporter, guard: PreviewGuard, viewer: api.Environment):
        super().__init__(exporter, guard)
        self.exporter = exporter
        self.viewer = viewer

    def _check_viewer(self, binding_id: int) -> None:
        """Refuse to show a record that the viewer may not read."""
        binding = self.exporter.model.browse(binding_id)
        binding.with_env(self.viewer).check_access("read")

    def _run(self, binding_id: int) -> Preview:
        exporter = self.exporter
        self._note_what_is_left_out()
        reason = exporter._take(binding_id) or exporter._must_not()
        if reason:
            return self.preview.settle(SKIP, reason)
        if exporter._should_import():
            self.preview.notes.append(CHANGED_THERE)
        with self._watch("_has_to_skip"):
            reason = exporter._has_to_skip()
        new = exporter.external_id is None
        there = {} if new else self._read_there()
        data = self._data(new)
        self._add_lines(there, data)
        if reason:
            return self.preview.settle(SKIP, "" if reason is True else str(reason))
        if self.guard.writes:
            return self.preview.settle(UNKNOWN, self._why_unknown())
        if new:
            return self.preview.settle(CREATE)
        is_changed = any(line.is_changed for line in self.preview.lines)
        return self.preview.settle(UPDATE if is_changed else UNCHANGED)

    # === STEPS === #

    def _note_what_is_left_out(self) -> None:
        unit = type(self.exporter)
        base = next(cls for cls in unit.mro() if cls.__module__ == _EXPORTER)
        called = [
            name for name in NOT_CALLED if getattr(unit, name) != getattr(base, name)
        ]
        if called:
            self.preview.notes.append(
                f"{self._unit_name()} does more: {', '.join(called)}."
            )

    def _read_there(self) -> dict | None:
        """Return the record as it is there, None where the adapter cannot tell."""
        try:
            return self.exporter._read()
        except NotImplementedError:
            self.preview.notes.append(NO_READ)
            return None

    def _data(self, new: bool) -> dict:
        """Return the values that would be sent."""
        exporter = self.exporter
        with self._watch("_map_data"):
            map_record = exporter._map_data()
        if new:
            with self._watch("_create_data"):
                data = exporter._create_data(map_record, missing_as_none=True)
            with self._watch("_validate_create_data"):
                exporter._validate_create_data(data)
            return data
        with self._watch("_update_data"):
            whole = exporter._sent_values(map_record)
        with self._watch("_validate_update_data"):
            exporter._validate_update_data(whole)
        return self._changes(map_record, whole)

    def _changes(self, map_record: MapRecord, whole: dict) -> dict:
        """Return the values that an update sends; of some records, only changes."""
        exporter = self.exporter
        update = Update(exporter, map_record)
        if not update.sends_changes:
            return whole
        changes = OwnChanges(exporter)
        exporter.fields = [*changes.fields(), *update.find_further(changes)]
        return exporter._sent_values(map_record) if exporter.fields else {}

    def _add_lines(self, there: dict | None, data: dict) -> None:
        known = _flat(there or {})
        for key, value in _flat(data).items():
            is_changed = there is None or key not in known or known[key] != value
            texts = (self._text(key, known.get(key)), self._text(key, value))
            self.preview.lines.append(PreviewLine(key, key, *texts, is_changed))

    # === HELPERS === #

    def _text(self, key: str, value: object) -> str:
        """Return a value as a text, empty for none."""
        if value is None or value == "":
            return ""
        if any(is_secret_name(part) for part in key.split(".")):
            return HIDDEN
        if isinstance(value, bool):
            return self.viewer._("Yes") if value else self.viewer._("No")
        text = value
        if not isinstance(value, str):
            text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


_EXPORTER = f"{__package__}.record_exporter"


def _flat(values: dict, above: str = "") -> dict[str, object]:
    """Return values without nested dictionaries, by the path of their keys."""
    found: dict[str, object] = {}
    for key, value in values.items():
        path = f"{above}{key}"
        if isinstance(value, dict) and value:
            found.update(_flat(value, f"{path}."))
        else:
            found[path] = value
    return found
