# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preview of an import: what it would do to one record, field by field."""

from odoo import api, models
from odoo.fields import Command

from ...exception import message_of
from ...text import reference_of
from ..preview import (
    CREATE,
    MATCH,
    REJECT,
    SKIP,
    UNCHANGED,
    UNKNOWN,
    UPDATE,
    Preview,
    Previewer,
    PreviewLine,
)
from .adoption import is_written, prepare_page
from .candidates import BOUND, MATCHED
from .changes import changed_values
from .item import ImportItem
from .page_import import ALIAS, PageImport
from .preview_guard import PreviewGuard
from .preview_text import PreviewText
from .reading import refuse_unreadable

SAME = (
    "The backend sends the values of the last import: they are not written again, and "
    "what was changed here since stays."
)

# Steps that do something, so that a preview leaves them out.
NOT_CALLED = (
    "_before_import",
    "_import_dependencies",
    "_create",
    "_update",
    "_translate",
    "_after_import",
)
X2MANY = ("one2many", "many2many")
COUNTED = ("boolean", "integer", "float", "monetary")  # empty is a value of theirs


class ImportPreviewer(Previewer):
    """Maps a record as an import would, and stores nothing.

    Args:
        importer: the RecordImporter of the record, on the cursor of the guard.
        guard: keeps everything read-only.
        viewer: environment of the user who is shown the preview.
    """

    last_hook = "_after_import of the importer"

    def __init__(self, importer, guard: PreviewGuard, viewer: api.Environment):
        super().__init__(importer, guard)
        self.importer = importer
        self.text = PreviewText(viewer)
        self.absent: list[tuple] = []

    def _run(self, external_id: str) -> Preview:
        importer = self.importer
        self._note_what_is_left_out()
        importer.external_id = external_id
        importer.remote_record = record = importer._read()
        page = PageImport(importer)
        item = ImportItem(external_id, record, page._version_of(record))
        with self._watch("_get_binding"):
            item.begin(importer._get_binding())
        self._check_rights(item.binding)
        if page._knows("is_alias") and item.binding.is_alias:
            return self.preview.settle(SKIP, ALIAS)
        with self._watch("_must_skip"):
            refuse_unreadable(record)
            reason = importer._must_skip()
        with self._watch("_create_data"):
            prepare_page(page, [item])
            page.lines.items = [item]
            page.lines.look_up([item])
            data = page.map_values(item, absent=self.absent)
        reason = reason or page.reading.superseded(item) or self._tombstone(page, item)
        matched = None if item.binding else self._find_match(page, item)
        if matched:
            return self._show_match(page, item, matched)
        self._add_lines(item.binding, data, page.conflicts.find_untouched(item))
        return self._conclude(page, item, reason)

    # === STEPS === #

    def _note_what_is_left_out(self) -> None:
        called = [one for one in NOT_CALLED if self.importer._overrides(one)]
        if called:
            name = self._unit_name()
            self.preview.notes.append(f"{name} does more: {', '.join(called)}.")

    def _check_viewer(self, external_id: str) -> None:
        """Refuse to show a record that the viewer may not read, known or not."""
        binder = self.importer.binder
        own = [
            (binder._backend_field, "=", self.importer.backend_record.id),
            (binder._external_field, "=", external_id),
        ]
        # also one that a rule hides from the user of the flows
        known_sudo = self.importer.model.sudo().with_context(active_test=False)
        known = known_sudo.search(own).with_env(self.text.viewer)
        known.check_access("read")

    def _check_rights(self, binding: models.BaseModel) -> None:
        """Refuse what the user of the flows may not do."""
        if binding:
            binding.check_access("write")
        else:
            self.importer.model.check_access("create")

    def _conclude(
        self, page: PageImport, item: ImportItem, reason: str | bool | None
    ) -> Preview:
        """Settle what would become of a record whose fields are shown."""
        self.preview.notes += item.dropped
        if page._knows("sync_state") and item.binding.sync_state == "gone":
            self.preview.notes.append(
                "It was deleted on the backend, is there again, and is unarchived."
            )
        if reason:
            return self.preview.settle(SKIP, reason if reason is not True else "")
        if self.preview.outcome == REJECT and self.preview.reason:
            return self.preview
        return self._settle(page, item)

    def _settle(self, page: PageImport, item: ImportItem) -> Preview:
        if self.preview.writes or self.guard.writes:
            return self.preview.settle(UNKNOWN, self._why_unknown())
        refused = [line.note for line in self.preview.lines if line.note]
        if refused and self.preview.outcome == REJECT:
            return self.preview.settle(REJECT, " ".join(refused))
        if not item.binding:
            return self.preview.settle(CREATE)
        is_changed = any(line.is_changed for line in self.preview.lines)
        if page.unchanged.has_same_values(item):
            return self.preview.settle(UNCHANGED, SAME if is_changed else "")
        return self.preview.settle(UPDATE if is_changed else UNCHANGED)

    # === WHAT IS HERE ALREADY === #

    def _tombstone(self, page: PageImport, item: ImportItem) -> str | None:
        """Return why a record that was deleted here stays so."""
        if item.external_id not in page.tombstones.found:
            return None
        with self._watch("_on_deleted_here"):
            return page.tombstones.reason_of(item)

    def _find_match(self, page: PageImport, item: ImportItem) -> models.BaseModel:
        """Return the record that would be bound, if any; note what is unclear."""
        records = page.matching.wrapped.with_env(self.importer.env)
        if not page.matching.is_active:
            return records.browse()
        with self._watch("_find_existing"):
            (candidates,) = page.matching.find([item])
        decision = page.matching.decisions.get(item.external_id)
        if decision:
            return records.browse(decision.record_id or ())
        if candidates.outcome == MATCHED:
            return records.browse(candidates.ids)._filtered_access("read")
        if candidates.ids or candidates.outcome == BOUND:
            reason = candidates.describe(records._name)
            self.preview.settle(REJECT, reason)
        return records.browse()

    def _show_match(
        self, page: PageImport, item: ImportItem, record: models.BaseModel
    ) -> Preview:
        """Show what would be written to a record that is bound to the new one."""
        policy = self.importer.model._on_match
        for name, value in item.data.items():
            if name in record._fields and record._fields[name].type not in X2MANY:
                may_write = is_written(record, name, policy)
                self._add_value(record, record._fields[name], value, may_write)
        reason = f"It is {self.text.name(record)} ({reference_of(record)})."
        self.preview.notes += item.dropped
        if self.preview.writes or self.guard.writes:
            return self.preview.settle(UNKNOWN, self._why_unknown())
        return self.preview.settle(MATCH, reason)

    # === LINES === #

    def _add_lines(
        self, binding: models.BaseModel, data: dict, untouched: set[str]
    ) -> None:
        """Add a line for each mapped field, and for each link that is left open."""
        record = binding or self.importer.model
        for name, value in data.items():
            known = record._fields.get(name)
            if known is None:
                self._reject(name, f"{record._name} has no field {name!r}.")
            elif known.type in X2MANY:
                self._add_commands(record, known, () if name in untouched else value)
            elif name in untouched:
                self._add_value(record, known, value, may_write=False)
            else:
                self._add_value(record, known, value)
                self._add_translations(record, known, value)
        for model_name, name, (target_model, external_id) in self.absent:
            if model_name == record._name:
                note = f"{target_model} {external_id!r} is imported first."
                self._add(record, record._fields[name], "", external_id, True, note)
        if not binding:
            self._check_required(data)

    def _add_value(
        self, record: models.BaseModel, known, value, may_write: bool = True
    ) -> None:
        try:
            new = _as_kept(record, known, value)
        except (ValueError, TypeError) as error:
            self._reject(known.name, message_of(error))
            return
        if known.required and not new and known.type not in COUNTED:
            self._reject(known.name, "It is required.")
            return
        is_changed = bool(new) or known.type in COUNTED
        if record:
            is_changed = bool(changed_values(record, {known.name: value}))
        here = self.text.show(record, known, record[known.name]) if record else ""
        new = self.text.show(record, known, new)
        note = "" if may_write or not is_changed else "It is left as it is."
        self._add(record, known, here, new, is_changed and may_write, note)

    def _add_translations(self, record: models.BaseModel, known, value) -> None:
        """Add a line for each text in another language than that of the flow."""
        for lang, text in getattr(value, "others", {}).items():
            here = record.with_context(lang=lang)[known.name] if record else ""
            texts = (here or "", text)
            self._add(record, known, *texts, texts[0] != text, f"In {lang}.")

    def _add_commands(self, record: models.BaseModel, known, commands) -> None:
        """Add a line for each command of a field with lines, or one for a set."""
        lines = self.importer.env[known.comodel_name]
        for command in commands or ():
            operation, id_, values = (*command, 0, 0)[:3]
            line = lines.browse(int(id_)) if id_ else lines
            if operation in (Command.CREATE, Command.UPDATE):
                self._add_line_values(record, known, line, values)
            elif operation in (Command.DELETE, Command.UNLINK):
                here = self.text.name(line)
                self._add(record, known, here, "", True, "It is removed.")
            elif operation == Command.SET:
                here = record[known.name] if record else lines
                new = lines.browse(values)
                texts = (self.text.show(record, known, one) for one in (here, new))
                self._add(record, known, *texts, set(here.ids) != set(new.ids))

    def _add_line_values(self, record, known, line, values: dict) -> None:
        here = {name: line[name] for name in values} if line else {}
        new = {
            name: _as_kept(line, line._fields[name], value)
            for name, value in values.items()
            if name in line._fields and line._fields[name].type not in X2MANY
        }
        is_changed = not line or bool(changed_values(line, values))
        texts = (self.text.show_all(line, one) for one in (here, new))
        note = "" if line else "It is new."
        self._add(record, known, *texts, is_changed, note)

    def _check_required(self, data: dict) -> None:
        """Name the fields without which the record cannot be created."""
        model = self.importer.model
        parents = set(model._inherits.values())
        binder = self.importer.binder
        given = {*data, *parents, binder._backend_field, binder._external_field}
        given |= {name for _model, name, _target in self.absent}
        for name, known in model._fields.items():
            is_open = known.required and known.store and not known.compute
            if is_open and not known.default and name not in given:
                if not (known.inherited or known.type in COUNTED):
                    self._reject(name, "It is required, and no mapping sets it.")

    def _reject(self, name: str, reason: str) -> None:
        self.preview.outcome = REJECT
        label = name
        known = self.importer.model._fields.get(name)
        if known:
            label = self.text.label(known)
        note = f"{label}: {reason}"
        self.preview.lines.append(PreviewLine(name, label, "", "", True, note))

    def _add(
        self, record, known, here: str, new: str, is_changed: bool, note=""
    ) -> None:
        label = self.text.label(known)
        if not self.text.may_read(record, known):
            here = new = self.text.HIDDEN
        line = PreviewLine(known.name, label, here, new, is_changed, note)
        self.preview.lines.append(line)

    # === HELPERS === #


def _as_kept(record: models.BaseModel, known, value):
    """Return a value as the record would have it.

    Raises:
        ValueError, TypeError: the field takes no such value.
    """
    # what a selection takes knows only the field itself, not one that inherits it
    real = known.base_field if known.type == "selection" else known
    return real.convert_to_record(real.convert_to_cache(value, record), record)
