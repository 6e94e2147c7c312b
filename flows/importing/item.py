# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import item: one record of a page on its way through the steps of an import."""

from dataclasses import dataclass, field

from odoo import models

from ...components.map_record import MapRecord
from ..values.value_map import MapNote
from .result import CREATED, MATCHED, UNCHANGED, UPDATED


@dataclass(slots=True)
class ImportItem:
    """One record of a page, with what the steps have found out about it."""

    external_id: str
    record: dict
    version: str | None = None
    known: models.BaseModel | None = None  # the binding before the import
    binding: models.BaseModel | None = None
    map_record: MapRecord | None = None
    values_hash: str = ""
    data: dict | None = None
    mapped: dict | None = None  # the data before owners of fields left some out
    outcome: str = ""
    reason: str = ""
    error: Exception | None = None  # that rejected it
    is_asked: bool = False  # a checkpoint of its own asks a person about it
    dropped: list[str] = field(default_factory=list)  # parts that were left out
    rings: list[tuple] = field(default_factory=list)  # field and target left empty
    frozen: list[models.BaseModel] = field(default_factory=list)  # lines that stay
    map_notes: list[MapNote] = field(default_factory=list)  # values that maps lack

    def begin(self, known: models.BaseModel | None = None) -> None:
        """Forget what an import that was taken back found out."""
        if known is not None:
            self.known = known
        self.binding, self.outcome, self.reason = self.known, "", ""
        self.dropped, self.rings, self.map_notes = [], [], []
        self.is_asked, self.error = False, None

    def forget_mapping(self) -> None:
        """Forget what the mapping noted, before the record is mapped once more."""
        for notes in (self.dropped, self.rings, self.frozen, self.map_notes):
            notes.clear()

    @property
    def is_in(self) -> bool:
        """Whether what the backend has of the record is here."""
        return self.outcome in (CREATED, MATCHED, UPDATED, UNCHANGED)

    def settle(self, outcome: str, reason: str = "") -> None:
        """Note what became of the record; later steps leave it alone."""
        self.outcome, self.reason = outcome, reason
