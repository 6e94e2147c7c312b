# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Result of a sync: counts, failures and last items."""

from collections import deque
from typing import Any, NamedTuple

from odoo.exceptions import UserError
from odoo.models import BaseModel

from ...exception import ConnectorException, SyncError, message_of

CREATED, UPDATED, SKIPPED, FAILED = "created", "updated", "skipped", "failed"
ACTIONS = (CREATED, UPDATED, SKIPPED, FAILED)
KEPT = 1_000  # failures, and details of the last items
REASON_MAX = 300  # characters of a reason


class Detail(NamedTuple):
    """The outcome of one item.

    ``source`` is the record or the ref that the item has, ``target`` the one it is
    linked with; None where there is none.
    """

    action: str
    source: Any
    target: Any = None
    reason: str = ""

    def __str__(self) -> str:
        target = "" if self.target is None else f" -> {text_of(self.target)}"
        reason = f": {self.reason}" if self.reason else ""
        return f"{text_of(self.source)}{target} {self.action}{reason}"


class SyncResult:
    """Counts of a sync by outcome, with its failed and its last items.

    It is true when anything was created or updated.
    """

    def __init__(self, relation: str) -> None:
        self.relation = relation
        self.created = self.updated = self.skipped = self.failed = 0
        self.failures: list[Detail] = []
        """The first ``KEPT`` failures; ``failed`` counts all."""
        self.details: deque[Detail] = deque(maxlen=KEPT)
        """The last ``KEPT`` items."""
        self.first_error: Exception | None = None
        self.kept_in: list[str] = []
        """What holds the failed items of a job that went on: jobs and checkpoints."""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "SyncResult":
        """Return a result written by :meth:`as_json`."""
        result = cls(values["relation"])
        for action in ACTIONS:
            setattr(result, action, values[action])
        result.failures = [Detail(*one) for one in values["failures"]]
        result.details.extend(Detail(*one) for one in values["details"])
        result.kept_in = list(values.get("kept_in", ()))
        return result

    def add(self, detail: Detail, error: Exception | None = None) -> None:
        """Count an item."""
        action = detail.action
        setattr(self, action, getattr(self, action) + 1)
        self.details.append(detail)
        if action == FAILED:
            self.first_error = self.first_error or error
            if len(self.failures) < KEPT:
                self.failures.append(detail)

    def forget_failures(self) -> None:
        """Drop the failed items from the result: they are tried again."""
        self.failed, self.failures = 0, []

    @property
    def done(self) -> int:
        """Number of items."""
        return sum(getattr(self, action) for action in ACTIONS)

    def __bool__(self) -> bool:
        return bool(self.created or self.updated)

    def __str__(self) -> str:
        counts = ((getattr(self, action), action) for action in ACTIONS)
        text = ", ".join(f"{count:,} {action}" for count, action in counts if count)
        kept = f" (kept in {', '.join(self.kept_in)})" if self.kept_in else ""
        return f"{self.relation}: {text or 'no items'}{kept}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def as_json(self) -> dict[str, Any]:
        """Return the result for JSON; records and refs as text."""
        return {
            "relation": self.relation,
            **{action: getattr(self, action) for action in ACTIONS},
            "failures": [_plain(one) for one in self.failures],
            "details": [_plain(one) for one in self.details],
            "kept_in": self.kept_in,
        }


def sync_error(result: SyncResult, kept: str) -> SyncError:
    """Return the error that lists the failures of a sync.

    Args:
        kept: what becomes of the items that did not fail, as sentences.
    """
    lines = [f"{result.failed:,} of {result.done:,} items failed. {result}. {kept}"]
    lines += map(str, result.failures)
    if result.failed > len(result.failures):
        lines.append(f"… and {result.failed - len(result.failures):,} more.")
    return SyncError("\n".join(lines), result)


def reason_of(error: BaseException) -> str:
    """Return the reason of an item's failure, in one short line."""
    text, name = message_of(error), type(error).__name__
    is_plain = isinstance(error, (ConnectorException, UserError))
    if not is_plain and not text.startswith(name):
        text = f"{name}: {text}"
    return text if len(text) <= REASON_MAX else f"{text[: REASON_MAX - 1]}…"


def text_of(value: Any) -> str:
    """Return a record as ``model,id``, anything else as its ``repr``."""
    if isinstance(value, BaseModel):
        return ",".join(map(str, (value._name, *value._ids)))
    return value if isinstance(value, str) else repr(value)


def _plain(detail: Detail) -> list[Any]:
    action, source, target, reason = detail
    return [action, _plain_value(source), _plain_value(target), reason]


def _plain_value(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str)) else text_of(value)
