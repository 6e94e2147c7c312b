# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bases of a binding: what was mapped last, and what Odoo then kept.

They stand in a column of the binding that no screen shows. They are read and written by
SQL, a page at once: a base is no change of the record, and moves no date of it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import time

from odoo import models
from odoo.tools import SQL

from ..values.languages import DEFAULT
from .flips import add_change, is_flipping
from .texts import merged
from .three_way import UNKNOWN

COLUMN = "sync_base"


@dataclass
class Base:
    """The bases of the fields of one binding.

    Args:
        mapped: by field, what was mapped last.
        kept: by field, what Odoo kept of it, where that is something else.
        held: fields that wait for a person, with what was mapped before they did; an
            empty dictionary where nothing was.
        taken: fields of which a person wants theirs at the next import.
        given: fields of which a person wants ours there, whoever owns them.
        flips: by field, its last changes, see :mod:`.flips`.
        lang: of the flow, in which texts without languages are; it is not stored.
    """

    mapped: dict[str, object] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)
    held: dict[str, dict] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    flips: dict[str, list] = field(default_factory=dict)
    lang: str = DEFAULT

    @classmethod
    def load(cls, stored: Mapping | None, lang: str | None = None) -> "Base":
        """Return the bases from the column; parts of a later version are left out."""
        known = {name: one for name, one in (stored or {}).items() if name in STORED}
        return cls(**known, lang=lang or DEFAULT)

    def dump(self) -> dict:
        """Return the bases for the column, without what is empty."""
        return {name: one for name in STORED if (one := getattr(self, name))}

    def mapped_of(self, name: str) -> object:
        """Return what was mapped last, before a person had to decide."""
        if name in self.held:
            return self.held[name].get("mapped", UNKNOWN)
        return self.mapped.get(name, UNKNOWN)

    def kept_of(self, name: str) -> object:
        """Return what Odoo kept of what was mapped last."""
        return self.kept.get(name, self.mapped.get(name, UNKNOWN))

    def settle(self, name: str, theirs: object, ours: object) -> None:
        """Note that both sides are equal, in the values that each of them has.

        Languages that the values leave out stay as they were.
        """
        kept = merged(self.kept_of(name), ours, self.lang)
        self.release(name, theirs)
        if kept == self.mapped[name]:
            self.kept.pop(name, None)
        else:
            self.kept[name] = kept

    def diverge(self, name: str, theirs: object) -> None:
        """Note what is there, while ours stays: from now on ours is the change."""
        self.settle(name, theirs, theirs)

    def hold(self, name: str, theirs: object) -> None:
        """Note what is there, and leave the field alone until a person decides."""
        if name not in self.held:
            known = name in self.mapped
            self.held[name] = {"mapped": self.mapped[name]} if known else {}
            if known:
                self.kept.setdefault(name, self.mapped[name])
        self.take(name, theirs)

    def release(self, name: str, theirs: object) -> None:
        """Note that the backend took its change back: nobody has to decide."""
        self.held.pop(name, None)
        self.take(name, theirs)

    def take(self, name: str, theirs: object) -> None:
        """Note what is there now, in the languages that came."""
        self.given = [one for one in self.given if one != name]
        before = self.mapped.get(name, UNKNOWN)
        self.mapped[name] = merged(before, theirs, self.lang)

    def note_change(self, name: str, side: str, value: object) -> bool:
        """Note a change of a field; return whether it flips from side to side."""
        self.flips[name] = add_change(self.flips.get(name, []), side, value, time())
        return is_flipping(self.flips[name])

    def hold_flips(self, name: str, theirs: object) -> None:
        """Hold a field that flips, whatever its next values are."""
        self.hold(name, theirs)
        self.held[name]["flips"] = True

    def is_flipping(self, name: str) -> bool:
        """Return whether a field is held because it flips."""
        return bool(self.held.get(name, {}).get("flips"))

    def decided(self, name: str) -> None:
        """Forget how a field came to be held: a person decided."""
        self.held.pop(name, None)
        self.flips.pop(name, None)

    def give(self, name: str) -> None:
        """Note that a person wants ours there, until both sides are equal again."""
        if name not in self.given:
            self.given = [*self.given, name]


STORED = [name for name in Base.__dataclass_fields__ if name != "lang"]


def read_bases(bindings: models.BaseModel) -> dict[int, Base]:
    """Return the bases of bindings by id, in one query; empty ones where none are."""
    if not bindings.ids:
        return {}
    rows = bindings.env.execute_query(
        SQL(
            "SELECT id, %s FROM %s WHERE id IN %s",
            SQL.identifier(COLUMN),
            SQL.identifier(bindings._table),
            tuple(bindings.ids),
        )
    )
    lang = bindings.env.lang
    return {id_: Base.load(stored, lang) for id_, stored in rows}


def write_bases(model: models.BaseModel, bases: Mapping[int, Base]) -> None:
    """Store the bases of bindings by id, in one statement.

    It locks their rows, as each write does.
    """
    if not bases:
        return
    rows = [SQL("(%s, %s)", id_, json.dumps(one.dump())) for id_, one in bases.items()]
    model.env.execute_query(
        SQL(
            "UPDATE %s AS binding SET %s = new.base::jsonb "
            "FROM (VALUES %s) AS new (id, base) WHERE binding.id = new.id "
            "RETURNING binding.id",
            SQL.identifier(model._table),
            SQL.identifier(COLUMN),
            SQL(", ").join(rows),
        )
    )
    forget_bases(model, bases)


def forget_bases(model: models.BaseModel, ids: Iterable[int]) -> None:
    """Drop from the cache what was written behind it."""
    model.browse(ids).invalidate_recordset([COLUMN], flush=False)
