# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Page import: the records of one page through the steps of their importer.

The records of a page are looked up together, mapped one by one, and created together.
They are stored in chunks, each in a savepoint; where a record of a chunk fails, the
chunk is taken back and each half of it is imported again, and so on, so that the bad
records are rejected alone and the others are still created many at a time.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from odoo import fields

from ...components.paged_adapter import NotDelivered
from ...exception import (
    ConnectorException,
    NothingToDoJob,
    SystemicError,
    UnclearMatchError,
    UnmappedValueError,
    message_of,
)
from ...text import is_missing
from ..values.languages import has_translations
from ..values.relations import Related
from ..values.value_map import MapNote, keep_notes
from .adoption import bind_existing, prepare_page
from .changes import hash_of, write_split
from .created_only import without_created_only
from .faults import PAGE_FAULTS, RECORD_FAULTS, reason_of
from .item import ImportItem
from .lines import PageLines
from .matching import Matching
from .reading import Reading
from .result import (
    CREATED,
    NOT_DELIVERED,
    REJECTED,
    SKIPPED,
    UNCHANGED,
    UPDATED,
    ImportResult,
)
from .ring import ImportRing, OpenLink
from .sql_log import handled_sql_errors
from .stable_key import rekey
from .tombstones import Tombstones, import_from
from .undo import undoable

# Records that share a savepoint. Created fifty at a time they cost Odoo a tenth more
# than a thousand at once, two hundred at a time next to nothing.
CHUNK_SIZE = 200

ALIAS = "It is an alias: its record belongs to another binding."

# So many rejections of one class are not the fault of the records.
SYSTEMIC_SHARE = 0.2  # of a page, and more than
SYSTEMIC_COUNT = 5  # records


class PageImport:
    """One page of records on its way into Odoo.

    Args:
        importer: the RecordImporter whose steps are taken.
        force: import also what did not change.
        read_at: when the records were read, in UTC without its zone; None: they were
            sent here, and only their versions say which is newer.
    """

    def __init__(self, importer, force: bool = False, read_at: datetime | None = None):
        self.importer = importer
        self.env = importer.env
        self.binder = importer.binder
        self.adapter = importer.backend_adapter
        self.force = force
        self.ring = ImportRing.of(importer.env)
        self.lines = PageLines(importer)
        self.related: dict[str, dict[str, int]] = {}
        """Ids of related records by binding model and external id."""
        self.result = ImportResult()
        self.matching = Matching(importer)
        self.tombstones = Tombstones(importer)
        self.reading = Reading(importer, read_at)
        self.ids: set[str] = set()
        self.rejected: defaultdict[str, list[ImportItem]] = defaultdict(list)
        """Those by the class of their error."""
        self.fingerprint = importer.fingerprint()

    def run(self, records: list[dict]) -> ImportResult:
        """Import the records; see :meth:`RecordImporter.run_page`."""
        items = self.lines.items = self._identify(records)
        self.ids = {item.external_id for item in items}
        self._find_bindings(items)
        prepare_page(self, items)
        for chunk in _chunks(items, CHUNK_SIZE):
            self._import_chunk(chunk)
            self._note(chunk)
        self._keep_notes(items)
        self._check_systemic(len(records))
        self.importer._close_rejected(item.external_id for item in items if item.is_in)
        return self.result

    def run_one(self, external_id: str, record: dict) -> ImportItem:
        """Import one record, and let it raise what is wrong with it."""
        item = ImportItem(external_id, record, self._version_of(record))
        self._find_bindings([item])
        prepare_page(self, [item])
        with undoable(self.env):
            self._import([item])
        self._keep_notes([item])
        if item.outcome != REJECTED:
            self.importer._close_rejected([external_id])
        return item

    # === STEPS === #

    def _identify(self, records: list[dict]) -> list[ImportItem]:
        """Return an item for each record; of two with one id, the later counts."""
        items: dict[str, ImportItem] = {}
        for number, record in enumerate(records, start=1):
            try:
                external_id = self.adapter.id_of(record)
            except ConnectorException as error:
                nameless = ImportItem(f"#{number}", record)
                self._reject(nameless, error)
                self._note([nameless])
                continue
            if isinstance(record, NotDelivered):
                self.result.note(NOT_DELIVERED, external_id, record.reason)
                continue
            items.pop(external_id, None)
            version = self._version_of(record)
            items[external_id] = ImportItem(external_id, record, version)
        return list(items.values())

    def _version_of(self, record: dict) -> str | None:
        version_of = getattr(self.adapter, "version_of", None)  # adapters of old
        return version_of(record) if version_of else None

    def _find_bindings(self, items: list[ImportItem]) -> None:
        """Look up the bindings of all records in one query."""
        if self.importer._overrides("_get_binding"):
            for item in items:
                self.importer._take(item)
                item.begin(self.importer._get_binding())
            return
        known = self.binder.to_internal_many(item.external_id for item in items)
        for item in items:
            item.begin(known.get(item.external_id, self.importer.model))

    def _import_chunk(self, chunk: list[ImportItem]) -> None:
        """Import some records; where one of them fails, each half again, and so on."""
        try:
            with handled_sql_errors(PAGE_FAULTS, RECORD_FAULTS), undoable(self.env):
                self._import(chunk)
        except PAGE_FAULTS:
            raise
        except RECORD_FAULTS as error:
            if len(chunk) == 1:
                self._refuse(chunk[0], error)
            else:
                self._find_bindings(chunk)  # those it had made are gone again
                for half in _chunks(chunk, (len(chunk) + 1) // 2):
                    self._import_chunk(half)

    def _refuse(self, item: ImportItem, error: Exception) -> None:
        if isinstance(error, NothingToDoJob):
            item.settle(SKIPPED, message_of(error))
        else:
            self._reject(item, error)

    def _import(self, items: list[ImportItem]) -> None:
        """Take all steps with some records; what a record raises is not caught."""
        with import_from(self.importer.backend_record.reference()):
            self._import_due([item for item in items if self._is_due(item)])

    def _import_due(self, due: list[ImportItem]) -> None:
        """Take the steps after the look-ups with records that are to be mapped."""
        importer = self.importer
        self._import_related(due)
        self._call("_import_dependencies", due)
        self.lines.look_up(due)
        for item in due:
            self._map(item)
        rekey(self, [item for item in due if not (item.binding or item.outcome)])
        new = [item for item in due if not (item.binding or item.outcome)]
        matched = bind_existing(self, new)
        changed = [item for item in due if not item.outcome]
        self._create([item for item in changed if not item.binding])
        self._update([item for item in changed if item.binding and not item.outcome])
        changed += matched
        self._close_rings(changed)
        for item in changed:
            importer._take(item)
            if importer._overrides("_translate") or has_translations(item.data):
                importer._translate(item.binding, item.data)
            self.lines.report(item)
        if importer._overrides("_after_import"):
            for item in changed:
                importer._take(item)
                importer._after_import(item.binding)

    def _is_due(self, item: ImportItem) -> bool:
        """Return whether a record has to be mapped; settle it where not."""
        importer = self.importer
        importer._take(item)
        if self._knows("is_alias") and item.binding.is_alias:
            item.settle(SKIPPED, ALIAS)
            return False
        importer._before_import()
        if reason := importer._must_skip():
            item.settle(SKIPPED, reason if isinstance(reason, str) else "")
        elif reason := self.reading.superseded(item) or self.tombstones.reason_of(item):
            item.settle(SKIPPED, reason)
        elif not self.force and self._is_uptodate(item):
            self._settle_unchanged(item)
        return not item.outcome

    def _settle_unchanged(self, item: ImportItem) -> None:
        """Note that a record has nothing new, whatever its last import came to."""
        if self._knows("sync_state") and item.binding.sync_state != "synced":
            item.binding.set_sync_state("synced")
        item.settle(UNCHANGED)

    def _is_uptodate(self, item: ImportItem) -> bool:
        binding = item.binding
        if not binding:
            return False
        is_whole = not self.lines.has_lines(item.record)
        if is_whole and item.version and self._knows("external_version"):
            kept = binding.import_hash or ""
            is_same = binding.external_version == item.version
            if is_same and kept.startswith(self.fingerprint):
                return True
        return self.importer._is_uptodate(binding)

    def _import_related(self, items: list[ImportItem]) -> None:
        """Import the related records that are missing, found in one query per model."""
        self.related.clear()
        is_imported = False
        for source, pairs in self.lines.related_sources(items):
            is_imported |= self._import_missing(source, pairs)
        if is_imported:  # perhaps records of this page, also of a later chunk
            page = self.lines.items or items
            self._find_bindings([item for item in page if not item.outcome])

    def _import_missing(self, source: Related, pairs: Iterable[tuple]) -> bool:
        """Import the missing records of one relation; return whether there are any.

        Args:
            source: of the mapping.
            pairs: of an item and a record that is mapped for it: its own, or a line.
        """
        wanted: dict[str, list[ImportItem]] = {}
        for item, record in pairs:
            external_id = record.get(source.field)
            if not is_missing(external_id):
                wanted.setdefault(str(external_id), []).append(item)
        binder = self.importer.binder_for(source.model)
        known = binder.to_internal_many(wanted, unwrap=True)
        missing = [one for one in wanted if one not in known]
        for external_id in missing:
            waiting = [self._key(item) for item in wanted[external_id]]
            if (source.model, external_id) in [*self.ring.waiting, *waiting]:
                continue  # the mapping leaves the link empty
            # what the dependency has nothing to do for is no reason to end here
            with self.ring.wait(waiting), suppress(NothingToDoJob):
                self.importer._import_dependency(external_id, source.model)
        ids = {external_id: record.id for external_id, record in known.items()}
        self.related.setdefault(source.model, {}).update(ids)
        return bool(missing)

    def _key(self, item: ImportItem) -> tuple[str, str]:
        return self.importer.model._name, item.external_id

    def _close_rings(self, items: list[ImportItem]) -> None:
        """Set the links that were left empty, as far as their targets are here."""
        for item in items:
            self.ring.links += [
                OpenLink(item.binding, name, target) for name, target in item.rings
            ]
        open_links, self.ring.links = self.ring.links, []
        for link in open_links:
            model, external_id = link.target
            binder = self.importer.binder_for(model)
            record = binder.to_internal(external_id, unwrap=True)
            if not record:
                self.ring.links.append(link)
            elif link.binding.exists():
                values = {link.field: record.id}
                write_split(self.importer._silent(link.binding), values)

    def map_values(self, item: ImportItem, **more) -> dict:
        """Return the values of a record, which are checked, and not stored.

        Args:
            more: options of the mapping, besides those of every import.
        """
        importer = self.importer
        importer._take(item)
        map_record = importer._map_data()
        options = {
            "leave_missing": True,
            "binding": item.binding,
            "dropped": item.dropped,
            "rings": item.rings,
            "created_only": set(),
            "map_notes": item.map_notes,
            "related": self.related,
            "record_key": self._key(item),
            **self.lines.options_of(item),
            **more,
        }
        if item.binding:
            data = importer._update_data(map_record, **options, delete_missing=True)
        else:
            data = importer._create_data(map_record, **options)
        importer._validate_data(data)
        item.data = data
        self.lines.sort_out(item)
        lasting = without_created_only(
            item.data, importer.model, options["created_only"]
        )
        item.values_hash = f"{self.fingerprint}{hash_of(lasting)}"
        return item.data

    def _map(self, item: ImportItem) -> None:
        """Map a record; settle it where it says what is here already."""
        item.data = self.map_values(item)
        if item.binding and not self.force and self._has_same_values(item):
            self._note_version(item)
            self._settle_unchanged(item)

    def _has_same_values(self, item: ImportItem) -> bool:
        if not self._knows("import_hash") or self.lines.has_vanished(item):
            return False
        return item.binding.import_hash == item.values_hash

    def _note_version(self, item: ImportItem) -> None:
        """Keep the new version of a record whose values are the same."""
        if not item.version or not self._knows("external_version"):
            return
        if item.binding.external_version != item.version:
            self.importer._silent(item.binding).external_version = item.version

    def _create(self, items: list[ImportItem]) -> None:
        """Create the bindings of new records."""
        if not items:
            return
        for item in items:
            item.data = {**item.data, **self._identity(item), **self._state(item)}
        with self.binder.concurrency_guard():
            if self.importer._overrides("_create"):
                for item in items:
                    self.importer._take(item)
                    item.binding = self.importer._create(item.data)
            else:
                created = self.importer._create([item.data for item in items])
                for item, binding in zip(items, created, strict=True):
                    item.binding = binding
            self.importer.model.flush_model()
        for item in items:
            item.settle(CREATED)

    def _update(self, items: list[ImportItem]) -> None:
        """Write what differs to the bindings of known records."""
        for item in items:
            self.importer._take(item)
            if self._knows("sync_state") and item.binding.sync_state == "gone":
                self.importer._revive(item.binding)
            self.importer._update(item.binding, {**item.data, **self._state(item)})
            item.settle(UPDATED)

    # === HELPERS === #

    def _identity(self, item: ImportItem) -> dict:
        """Return the values that make a record the binding of its external id."""
        return {
            self.binder._backend_field: self.importer.backend_record.id,
            self.binder._external_field: item.external_id,
        }

    def _state(self, item: ImportItem) -> dict:
        """Return what a binding keeps of the import of its record."""
        state = {
            self.binder._sync_date_field: fields.Datetime.now(),
            "external_version": item.version,
            "import_hash": item.values_hash,
            "sync_state": "synced",
            "sync_reason": False,
            "read_at": self.reading.read_at,
        }
        return {name: value for name, value in state.items() if self._knows(name)}

    def _knows(self, field: str) -> bool:
        return field in self.importer.model._fields

    def _call(self, hook: str, items: Iterable[ImportItem]) -> None:
        """Call a hook for each record, where the importer has one of its own."""
        if self.importer._overrides(hook):
            for item in items:
                self.importer._take(item)
                getattr(self.importer, hook)()

    def _reject(self, item: ImportItem, error: Exception) -> None:
        item.settle(REJECTED, reason_of(error))
        if item.known and self._knows("sync_state"):
            # what was archived with a record that is gone comes back with it later
            is_gone = item.known.sync_state == "gone"
            item.known.set_sync_state("gone" if is_gone else "error", item.reason)
        if isinstance(error, UnmappedValueError):
            item.map_notes.append(MapNote(error.map_name, error.value))
            self.result.waiting.add(item.external_id)
        else:  # one value that is not filled in is no fault of the page
            self.rejected[type(error).__name__].append(item)

    def _keep_notes(self, items: list[ImportItem]) -> None:
        """Keep the values that people have to fill in before the next import."""
        importer = self.importer
        keep_notes(self.env, importer.backend_record, importer.model._name, items)

    def _note(self, items: Iterable[ImportItem]) -> None:
        """Add to the result what became of some records."""
        for item in items:
            self.result.note(item.outcome, item.external_id, item.reason)
            if item.outcome == REJECTED:
                self.result.payloads[item.external_id] = item.record
            if item.is_asked:
                self.result.asked.add(item.external_id)
                self.rejected[UnclearMatchError.__name__].append(item)
            if item.dropped:
                self.result.dropped[item.external_id] = item.dropped

    def _check_systemic(self, count: int) -> None:
        """Refuse a page in which one class of error is too frequent.

        Raises:
            SystemicError: it is; nothing of the page is to be kept.
        """
        for name, items in self.rejected.items():
            first = items[0]
            if len(items) >= SYSTEMIC_COUNT and len(items) > SYSTEMIC_SHARE * count:
                raise SystemicError(
                    f"{len(items)} of {count} records of {self.importer.model._name} "
                    f"from {self.importer.backend_record.describe()} were rejected "
                    f"with {name}, expected {SYSTEMIC_SHARE:.0%} at most: it is not "
                    f"the fault of single records. The first is {first.external_id!r}: "
                    f"{first.reason} Correct the mapping or the settings, then retry."
                )


def _chunks(items: list[ImportItem], size: int) -> Iterable[list[ImportItem]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
