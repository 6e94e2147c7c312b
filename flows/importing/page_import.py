# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Page import: the records of one page through the steps of their importer.

The records of a page are looked up together, mapped one by one, and created together.
They are stored in chunks, each in a savepoint; where a record of a chunk fails, the
chunk is taken back and each half of it is imported again, and so on, so that the bad
records are rejected alone and the others are still created many at a time.
"""

from collections.abc import Iterable
from datetime import datetime

from ...components.paged_adapter import NotDelivered
from ...exception import ConnectorException
from ..conflicts.page_conflicts import PageConflicts
from ..values.languages import has_translations
from .adoption import bind_existing, prepare_page
from .changes import hash_of
from .created_only import without_created_only
from .dependencies import Dependencies
from .explanation import explained
from .faults import PAGE_FAULTS, RECORD_FAULTS
from .item import ImportItem
from .lines import PageLines
from .matching import Matching
from .outcomes import PageOutcomes
from .reading import Reading, refuse_unreadable
from .result import REJECTED, SKIPPED, ImportResult
from .sql_log import handled_sql_errors
from .stable_key import rekey
from .storing import Storing
from .tombstones import Tombstones, import_from
from .unchanged import Unchanged
from .undo import undoable

# Records that share a savepoint. Created fifty at a time they cost Odoo a tenth more
# than a thousand at once, two hundred at a time next to nothing.
CHUNK_SIZE = 200

# Of a binding, which say whether its record is to be imported.
STATE_FIELDS = ("external_version", "import_hash", "sync_state", "is_alias", "read_at")

ALIAS = "It is an alias: its record belongs to another binding."


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
        self.is_single = False
        """Whether errors are raised, since there is one record only."""
        self.outcomes = PageOutcomes(importer)
        self.dependencies = Dependencies(self)
        self.lines = PageLines(importer)
        self.matching = Matching(importer)
        self.tombstones = Tombstones(importer)
        self.reading = Reading(importer, read_at)
        self.conflicts = PageConflicts(importer, force)
        self.ids: set[str] = set()
        self.unchanged = Unchanged(self)
        self.storing = Storing(self)

    def run(self, records: list[dict]) -> ImportResult:
        """Import the records; see :meth:`RecordImporter.run_page`."""
        items = self.lines.items = self._identify(records)
        self.ids = {item.external_id for item in items}
        self._find_bindings(items)
        prepare_page(self, items)
        for chunk in _chunks(items, CHUNK_SIZE):
            self._import_chunk(chunk)
            self.outcomes.note(chunk)
        self.outcomes.keep_notes(items)
        self.outcomes.check_systemic(len(records))
        self.importer._close_rejected(item.external_id for item in items if item.is_in)
        self._release(items)
        return self.outcomes.result

    def run_one(self, external_id: str, record: dict) -> ImportItem:
        """Import one record, and let it raise what is wrong with it."""
        item = ImportItem(external_id, record, self._version_of(record))
        self.is_single = True
        self._find_bindings([item])
        prepare_page(self, [item])
        try:
            with undoable(self.env):
                self._import([item])
        except PAGE_FAULTS:
            raise
        except RECORD_FAULTS as error:
            raise explained(self.importer, item, error)  # noqa: B904 it has its cause
        self.outcomes.keep_notes([item])
        if item.outcome != REJECTED:
            self.importer._close_rejected([external_id])
        self._release([item])
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
                self.outcomes.reject(nameless, error)
                self.outcomes.note([nameless])
                continue
            if isinstance(record, NotDelivered):
                self.outcomes.note_lost(external_id, record.reason)
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
        names = [name for name in STATE_FIELDS if self._knows(name)]
        ids = [item.external_id for item in items]
        known = self.binder.to_internal_many(ids, names=names)
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
                self.outcomes.refuse(chunk[0], error)
            else:
                self._find_bindings(chunk)  # those it had made are gone again
                for half in _chunks(chunk, (len(chunk) + 1) // 2):
                    self._import_chunk(half)

    def _import(self, items: list[ImportItem]) -> None:
        """Take all steps with some records; what a record raises is not caught."""
        with import_from(self.importer.backend_record.reference()):
            self._import_due([item for item in items if self._is_due(item)])

    def _import_due(self, due: list[ImportItem]) -> None:
        """Take the steps after the look-ups with records that are to be mapped."""
        importer = self.importer
        due = self.dependencies.import_related(due)
        self._call("_import_dependencies", due)
        self.lines.look_up(due)
        for item in due:
            self._map(item)
        rekey(self, [item for item in due if not (item.binding or item.outcome)])
        new = [item for item in due if not (item.binding or item.outcome)]
        self.tombstones.follow_renamed(self, new)
        matched = bind_existing(self, [item for item in new if not item.outcome])
        changed = [item for item in due if not item.outcome]
        self.storing.create([item for item in changed if not item.binding])
        self.storing.update(
            [item for item in changed if item.binding and not item.outcome]
        )
        changed += matched
        self.dependencies.close_rings(changed)
        for item in changed:
            importer._take(item)
            if importer._overrides("_translate") or has_translations(item.data):
                importer._translate(item.binding, item.data)
            self.lines.report(item)
        if importer._overrides("_after_import"):
            for item in changed:
                importer._take(item)
                importer._after_import(item.binding)
        self.conflicts.remember(changed)

    def _is_due(self, item: ImportItem) -> bool:
        """Return whether a record has to be mapped; settle it where not."""
        importer = self.importer
        importer._take(item)
        if self._knows("is_alias") and item.binding.is_alias:
            item.settle(SKIPPED, ALIAS)
            return False
        refuse_unreadable(item.record)
        importer._before_import()
        if reason := importer._must_skip():
            item.settle(SKIPPED, reason if isinstance(reason, str) else "")
        elif reason := self.reading.superseded(item) or self.tombstones.reason_of(item):
            item.settle(SKIPPED, reason)
        elif not self.force and self.unchanged.is_uptodate(item):
            self.unchanged.settle(item)
        return not item.outcome

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
            "related": self.dependencies.related,
            "unmet": self.dependencies.unmet,
            "record_key": self.dependencies.key_of(item),
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
        item.mapped = without_created_only(
            item.data, importer.model, options["created_only"]
        )
        item.values_hash = f"{self.unchanged.fingerprint}{hash_of(item.mapped)}"
        return item.data

    def _map(self, item: ImportItem) -> None:
        """Map a record; settle it where it says what is here already."""
        item.data = self.map_values(item)
        if item.binding and not self.force and self.unchanged.has_same_values(item):
            self.unchanged.note_version(item)
            self.unchanged.settle(item)

    # === HELPERS === #

    def _knows(self, field: str) -> bool:
        return field in self.importer.model._fields

    def _release(self, items: list[ImportItem]) -> None:
        """Let records come in that were rejected because these were not here."""
        rejected = self.env["connector.rejected"]
        rejected._release(
            self.importer.backend_record,
            self.importer.model._name,
            [item.external_id for item in items if item.is_in],
            self.dependencies.ring.waiting,
        )

    def _call(self, hook: str, items: Iterable[ImportItem]) -> None:
        """Call a hook for each record, where the importer has one of its own."""
        if self.importer._overrides(hook):
            for item in items:
                self.importer._take(item)
                getattr(self.importer, hook)()


def _chunks(items: list[ImportItem], size: int) -> Iterable[list[ImportItem]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
