# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preview of one record: what an import or an export would do, without doing it."""

from dataclasses import dataclass, field

import psycopg2

from ..components.core import ConnectorUnit
from ..exception import IDMissingInBackend, NothingToDoJob, message_of
from .importing.faults import PAGE_FAULTS, RECORD_FAULTS, reason_of
from .importing.preview_guard import PreviewGuard, WriteInPreviewError

CREATE = "create"
UPDATE = "update"
MATCH = "match"  # it is bound to a record that is here already
UNCHANGED = "unchanged"
SKIP = "skip"
REJECT = "reject"
MISSING = "missing"  # the backend does not have it
UNKNOWN = "unknown"  # a mapping writes, so that it cannot be told


@dataclass(frozen=True)
class PreviewLine:
    """One field of a record: what it is on the side that is written, and would be."""

    field: str
    label: str
    here: str
    new: str
    is_changed: bool
    note: str = ""


@dataclass
class Preview:
    """What a flow would do with one record."""

    outcome: str = UNKNOWN
    reason: str = ""
    lines: list[PreviewLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    """What mappings wanted to write, each with its name; nothing of it was done."""

    def settle(self, outcome: str, reason: str = "") -> "Preview":
        """Note the outcome, and return the preview."""
        self.outcome, self.reason = outcome, reason
        return self


class Previewer:
    """Runs the steps of a unit on one record, and stores and sends nothing.

    Args:
        unit: importer or exporter of the record, on the cursor of the guard.
        guard: keeps everything read-only, here and there.
    """

    last_hook: str
    """The hook that may write: a preview does not call it."""

    def __init__(self, unit: ConnectorUnit, guard: PreviewGuard):
        self.unit = unit
        self.guard = guard
        self.preview = Preview()

    def run(self, id_) -> Preview:
        """Return what the unit would do with a record.

        Args:
            id_: what the unit takes: an external id, or the id of a binding.

        Raises:
            AccessError: the viewer may not read the record here.
        """
        self._check_viewer(id_)
        try:
            return self._run(id_)
        except IDMissingInBackend as error:
            return self.preview.settle(MISSING, message_of(error))
        except NothingToDoJob as error:
            return self.preview.settle(SKIP, message_of(error))
        except (WriteInPreviewError, psycopg2.InternalError) as error:
            return self.preview.settle(UNKNOWN, self._why_unknown(error))
        except PAGE_FAULTS:
            raise
        except RECORD_FAULTS as error:
            return self.preview.settle(REJECT, reason_of(error))
        finally:
            self.preview.writes = self.guard.writes

    def _check_viewer(self, id_) -> None:
        """Refuse a record that the viewer may not read."""
        raise NotImplementedError

    def _run(self, id_) -> Preview:
        """Run the steps; errors are those of the unit."""
        raise NotImplementedError

    def _watch(self, hook: str):
        """Name a hook as the one that writes, if anything does in the block."""
        return self.guard.watching(f"{self._unit_name()}.{hook}")

    def _unit_name(self) -> str:
        return type(self.unit).__qualname__.rpartition(".")[2]

    def _why_unknown(self, error: Exception | None = None) -> str:
        """Return which mapping writes, so that a preview cannot go on."""
        writes = "; ".join(dict.fromkeys(self.guard.writes))
        if not writes:
            return reason_of(error) if error else ""
        return (
            f"{writes}. A mapping that writes cannot be previewed: nothing was done. "
            f"Do that in {self.last_hook}."
        )
