# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Candidates of a match: which records here may be the counterpart of one there."""

from dataclasses import dataclass, field

MATCHED = "matched"  # one record here that is not bound yet
AMBIGUOUS = "ambiguous"  # several records here
BOUND = "bound"  # one that is the counterpart of another record there
ONLY_THERE = "only_there"  # no record here
ONLY_HERE = "only_here"  # a record here that none there was found for


@dataclass(frozen=True)
class Decision:
    """What a person decided about a record that was not matched.

    Args:
        record_id: record here to bind; None to create one.
    """

    record_id: int | None


@dataclass(frozen=True)
class Candidates:
    """The records here that match keys found for one record of the backend.

    Args:
        by_key: ids by the key that found them.
        bound: external id by the id of those that are bound on the backend already.
        rival: external id of another record of the page with the same key.
    """

    by_key: dict[str, tuple[int, ...]] = field(default_factory=dict)
    bound: dict[int, str] = field(default_factory=dict)
    rival: str | None = None

    @property
    def ids(self) -> list[int]:
        """The ids of all candidates."""
        return sorted({id_ for ids in self.by_key.values() for id_ in ids})

    @property
    def outcome(self) -> str:
        """What the candidates are."""
        if len(self.ids) > 1:
            return AMBIGUOUS
        if self.bound or self.rival is not None:
            return BOUND
        return MATCHED if self.ids else ONLY_THERE

    def describe(self, model_name: str) -> str:
        """Return why none of the candidates was taken; ids only, no names."""
        found = [
            f"{name} finds {', '.join(f'{model_name},{id_}' for id_ in ids)}"
            for name, ids in self.by_key.items()
        ]
        bound = [
            f"{model_name},{id_} is bound to external id {external_id!r} already"
            for id_, external_id in self.bound.items()
        ]
        if self.rival is not None and not bound:
            bound = [f"record {self.rival!r} of the same page has the same key"]
        return (
            f"It may be here already: {'; '.join(found + bound)}. Link it to one of "
            "these records, or create a new one, on its match report."
        )
