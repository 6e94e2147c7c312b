# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Update of a record on the backend: what is sent, and on which condition.

Of a record that goes both ways only what Odoo changed is sent, and what the backend
changed meanwhile is imported before.
"""

from typing import NamedTuple

from ...components.map_record import MapRecord
from ...exception import RetryableJobError, message_of
from .own_changes import OwnChanges
from .refusal import is_outdated
from .sent import Answer, hash_of_sent

UPDATED = "updated"
UNCHANGED = "unchanged"  # the same values as were sent last
SKIPPED = "skipped"  # the exporter does not want it

TRIES = 3  # of one attempt of a job; another one goes on then
WAIT_S = 5  # before that


class Outgoing(NamedTuple):
    """What an update sends.

    Args:
        data: the values.
        sent: hash of all values, None where it is not known whether all are there.
        outcome: of the export, where nothing is sent.
    """

    data: dict
    sent: str | None = None
    outcome: str = ""


class Update:
    """The update of the record in hand of an exporter.

    Args:
        exporter: the RecordExporter.
        map_record: its record, ready to be mapped.
    """

    def __init__(self, exporter, map_record: MapRecord):
        self.exporter = exporter
        self.map_record = map_record
        self.adapter = exporter.backend_adapter
        self.asked = exporter.fields
        self.is_compared = False
        self.version: str | None = None  # of the record, as it was read now

    def run(self) -> str:
        """Send what is to be sent, and return what was done.

        Raises:
            RetryableJobError: it changes there all the time.
        """
        exporter, meanwhile = self.exporter, None
        for _try in range(TRIES):
            found = self._find_outgoing()
            if found.outcome:
                return found.outcome
            if self._has_changed_there():
                self._merge()
                continue
            try:
                answer = exporter._asking(found.data, self._known_version)
            except Exception as error:
                if not is_outdated(error, self._is_conditional):
                    raise
                meanwhile = error
                self._read_there()
                self._merge()
                continue
            exporter._note(answer, found.sent)
            exporter._remember(answer)
            return UPDATED
        raise self._outdated(meanwhile) from meanwhile

    # === WHAT IS SENT === #

    def _find_outgoing(self) -> Outgoing:
        """Return what is sent, once it was validated."""
        self.exporter.fields = self.asked
        return self._changes() if self.sends_changes else self._all()

    @property
    def sends_changes(self) -> bool:
        """Whether only what Odoo changed is sent."""
        exporter = self.exporter
        if exporter.sends_changes is not None:
            return exporter.sends_changes
        if self.asked is not None or self.adapter._replaces:
            return False
        return exporter.goes_both_ways and OwnChanges(exporter).is_known

    def _all(self) -> Outgoing:
        """Return all values, or those of the fields that were asked for."""
        exporter = self.exporter
        data = exporter._sent_values(self.map_record)
        if not data:
            return _nothing_exported()
        # of a part it is not known whether all is there
        sent = hash_of_sent(data) if not exporter.fields else None
        is_known = sent and sent == exporter._known("export_hash")
        if is_known or (sent and self._is_equal_there()):
            exporter._note(Answer(), sent, is_new=False)
            return Outgoing({}, outcome=UNCHANGED)
        exporter._validate_update_data(data)
        return Outgoing(data, sent)

    def _changes(self) -> Outgoing:
        """Return the values of the fields that Odoo changed.

        What no base tells of goes along, unless all values are those sent last.
        """
        exporter = self.exporter
        changes = OwnChanges(exporter)
        names, further = changes.fields(), self.find_further(changes)
        if not names and not further:
            changes.rest()
            return Outgoing({}, outcome=UNCHANGED)
        whole, sent = None, None
        if further or exporter._overrides("_validate_update_data"):
            exporter.fields = None
            whole = exporter._sent_values(self.map_record)
        if further:
            sent = hash_of_sent(whole)
            if not names and sent == exporter._known("export_hash"):
                changes.rest()
                return Outgoing({}, outcome=UNCHANGED)
        exporter.fields = [*names, *further]
        data = exporter._sent_values(self.map_record)
        if not data:
            return _nothing_exported()
        exporter._validate_update_data(data if whole is None else whole)
        return Outgoing(data, sent)

    def find_further(self, changes: OwnChanges) -> list[str]:
        """Return the fields that go along with those that changed."""
        return [] if self.exporter.sends_changes else changes.further()

    def _is_equal_there(self) -> bool:
        exporter = self.exporter
        return (
            exporter.conflicts.is_equal_there() and not OwnChanges(exporter).further()
        )

    # === WHAT IS THERE === #

    def _has_changed_there(self) -> bool:
        """Read the record where nobody else compares it; return whether to merge it.

        It is merged as well where its version does not tell.
        """
        exporter = self.exporter
        if self.is_compared or exporter.compare_first is not None:
            return False
        if self._is_conditional or exporter.is_fresh or not exporter.goes_both_ways:
            return False
        self._read_there()
        known = exporter._known("external_version")
        return known != self.version if known and self.version else True

    @property
    def _is_conditional(self) -> bool:
        """Whether the backend refuses the update of another version than is known."""
        return bool(self.adapter._conditional and self._known_version)

    @property
    def _known_version(self) -> str | None:
        return self.version or self.exporter._known("external_version") or None

    def _read_there(self) -> None:
        """Read the record, with its version, for a comparison or a merge."""
        exporter = self.exporter
        self.is_compared = True
        exporter.there = None
        if exporter.reads_singly:
            exporter._read_first()
            self.version = exporter._version_there()

    def _merge(self) -> None:
        """Import what changed there, and map the record again."""
        exporter = self.exporter
        if exporter.goes_both_ways or exporter.compare_first:
            exporter._import_first()
            self.map_record = exporter._map_data()

    def _outdated(self, error: Exception | None) -> RetryableJobError:
        shown = f": {message_of(error)}" if error else ""
        return RetryableJobError(
            f"Cannot export {self.exporter.describe()}: it changes there all the time"
            f"{shown} Trying again in {WAIT_S} s.",
            seconds=WAIT_S,
        )


def _nothing_exported() -> Outgoing:
    return Outgoing({}, outcome=f"{SKIPPED}: nothing of it is exported.")
