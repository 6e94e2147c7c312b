# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk access to the links and reservations of a relation.

Also what every change of links goes through: the lookup of relations, the dead links,
and the caches.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import psycopg2.errors

from odoo import api
from odoo.exceptions import ConcurrencyError

from ...exception import STILL_REFERENCED, LinkError
from . import store
from .side import (
    Ref,
    Side,
    check_name,
    check_system,
    group_by_model,
    is_ref,
    restore_ref,
    store_ref,
)
from .store import ODOO, StoredSide

ONE2ONE = "one2one"
MANY2MANY = "many2many"

READ_OF_RELATION = ("name", "company_id", "kind")  # by the statements of links


@dataclass(slots=True)
class Row:
    """A stored link; its references as they were first given."""

    link_id: int
    sync_date: datetime | None = None
    sides: dict[str, Side] = field(default_factory=dict)

    @property
    def is_link(self) -> bool:
        """Tell whether it has two sides; with one it is a reservation."""
        return len(self.sides) > 1

    def has(self, system: str, side: Side) -> bool:
        """Tell whether the link has a side; 1 and "1" are the same."""
        own = self.sides.get(system)
        return own is not None and own.store(system)[:3] == side.store(system)[:3]

    def describe(self) -> str:
        """Return the link as text for messages, with all of its sides."""
        sides = [side.describe(system) for system, side in self.sides.items()]
        return f"link No. {self.link_id} ({' = '.join(sides)})"


def read_rows(records: Iterable[tuple]) -> list[Row]:
    """Return the links from rows of the store, which hold one side each."""
    rows: dict[int, Row] = {}
    for link_id, sync_date, system, model, ref, ref_type in records:
        row = rows.get(link_id) or rows.setdefault(link_id, Row(link_id, sync_date))
        row.sides[system] = Side(model, restore_ref(ref, ref_type))
    return list(rows.values())


def find_dead(env: api.Environment, rows: Iterable[Row]) -> set[int]:
    """Return the ids of the links to deleted records.

    One query for each model: Odoo does not notice what SQL deletes.
    """
    links = [row for row in rows if ODOO in row.sides]
    sides = group_by_model({row.sides[ODOO] for row in links})
    living = {
        model: existing_ids(env, model, [side.ref for side in of_model])
        for model, of_model in sides.items()
    }
    return {
        row.link_id
        for row in links
        if (side := row.sides[ODOO]).ref not in living[side.model]
    }


def existing_ids(env: api.Environment, model: str, ids: Iterable[int]) -> set[int]:
    """Return the ids of the existing records; none when the model is gone."""
    if model not in env or env[model]._abstract:
        return set()
    return set(env[model].browse(ids).exists()._ids)


class LinkBook:
    """The links of a relation, for bulk reads and writes.

    A relation is the one of this name in the current company, else the one that all
    companies share; the first link makes it, shared. References that are missing (None,
    False, "") are no references; 1 and "1" are the same one. Nothing here looks at
    access rights.

    Each method is a handful of statements, however many references it is given. Where
    another transaction made the same link since our snapshot, it raises a concurrency
    error: Odoo and the queue run the transaction again, on a new snapshot.

    Args:
        env: its company decides about the relation.
        relation: name of the relation.
        kind: what the relation has to be; its first link decides.
    """

    def __init__(self, env: api.Environment, relation: str, kind: str = ONE2ONE):
        self._env = env
        self._cr = env.cr
        self.relation = check_name(relation)
        self.kind = kind

    # === READ === #

    def find(
        self, system: str, model: str, refs: Iterable[Ref]
    ) -> dict[Ref, list[Row]]:
        """Return the links of each reference that has any, oldest first.

        In a one to one relation a reference has one link. Reservations are no links,
        and neither are links to deleted records.

        Args:
            system: on which the references mean something; Odoo's is "odoo".
            model: of the records with these ids; empty on other systems.
            refs: references; missing ones are left out.

        Returns:
            ``{reference as it was given here: links}``
        """
        texts = {ref: store_ref(ref).text for ref in refs if is_ref(ref)}
        if not texts:
            return {}
        found: dict[str, list[Row]] = {}
        for row in self._living(self._read(system, model, texts.values())):
            text = store_ref(row.sides[system].ref).text
            found.setdefault(text, []).append(row)
        return {ref: found[text] for ref, text in texts.items() if text in found}

    def find_all(self) -> list[Row]:
        """Return all links of the relation, oldest first."""
        self._env["connector.relation"].flush_model(READ_OF_RELATION)
        place = (self.relation, self._env.company.id)
        return self._living(read_rows(store.find_all(self._cr, *place)))

    def _living(self, rows: list[Row]) -> list[Row]:
        """Return the rows that are links, without those to deleted records."""
        links = [row for row in rows if row.is_link]
        dead = find_dead(self._env, links)
        return [row for row in links if row.link_id not in dead]

    def _read(self, system: str, model: str, texts: Iterable[str]) -> list[Row]:
        check_system(system, model)
        self._env["connector.relation"].flush_model(READ_OF_RELATION)
        place = (self.relation, self._env.company.id, system, model)
        return read_rows(store.find(self._cr, *place, list(set(texts))))

    # === WRITE === #

    def reserve(
        self,
        system: str,
        model: str,
        refs: Iterable[Ref],
        sync_date: datetime | None = None,
    ) -> dict[Ref, int]:
        """Return a link for each reference, locked against completion by others.

        It is a new one with this side only, or the one that the reference has: left by
        a transaction that did not come to its end, or without the system that the
        caller is going to add. ``complete`` makes the reservation a link, ``discard``
        removes it.

        Args:
            sync_date: of new ones, to be completed with it: that saves a write each.

        Returns:
            ``{reference as it was given here: link id}``

        Raises:
            LinkError: a reference is missing, or none; the relation has another kind.
            psycopg2.errors.SerializationFailure: another transaction was faster.
        """
        check_system(system, model)
        stored = {ref: store_ref(ref) for ref in refs}
        types: dict[str, str] = {}
        for text, type_name in stored.values():
            types.setdefault(text, type_name)
        if not types:
            return {}
        relation_id = prepare_relation(self._env, self.relation, self.kind)
        place = (self._cr, relation_id, system, model)
        link_ids = store.reserve(*place, types, sync_date)
        if known := types.keys() - link_ids.keys():
            if delete_dead(self._env, self._read(system, model, known)):
                freed = {text: types[text] for text in known}
                link_ids |= store.reserve(*place, freed, sync_date)
            link_ids |= store.lock_reserved(*place, known)
        follow_change(self._env, [StoredSide(system, model, "", "")])
        return {ref: link_ids[text] for ref, (text, _type) in stored.items()}

    def complete(
        self,
        sides: Mapping[int, tuple[str, str, Ref]],
        sync_date: datetime | None = None,
    ) -> dict[int, LinkError]:
        """Add a side to each link.

        Args:
            sides: ``{link id: (system, model, reference)}``
            sync_date: when both sides were the same.

        Returns:
            Why links did not get their side, for those that did not: they have one on
            that system, or another link has it.
        """
        is_sole = self.kind == ONE2ONE

        def write(relation_id, some):
            return store.complete(self._cr, relation_id, some, is_sole, sync_date)

        return self._write(sides, write, is_safe=is_sole)

    def move(
        self,
        moves: Mapping[int, tuple[str, str, Ref]],
        sync_date: datetime | None = None,
    ) -> dict[int, LinkError]:
        """Change the reference of one side of each link.

        Args:
            moves: ``{link id: (system, model, new reference)}``
            sync_date: when both sides were the same.

        Returns:
            Why links were left as they are, for those that were: another link has the
            reference.
        """

        def write(_relation_id, some):
            return store.move(self._cr, some, sync_date)

        return self._write(moves, write, is_safe=False)

    def touch(self, link_ids: Iterable[int], sync_date: datetime | None) -> None:
        """Set the sync date of links."""
        store.touch(self._cr, link_ids, sync_date)
        follow_change(self._env)

    def discard(self, link_ids: Iterable[int]) -> None:
        """Remove unused reservations; what has two sides stays."""
        store.discard(self._cr, link_ids)
        follow_change(self._env)

    # === HELPERS === #

    def _write(
        self,
        sides: Mapping[int, tuple[str, str, Ref]],
        write: Callable[[int, dict[int, StoredSide]], set[int]],
        is_safe: bool,
    ) -> dict[int, LinkError]:
        """Write all sides except those that clash; return the reasons of these.

        A side that a link to a deleted record has is free.

        Args:
            sides: what to write.
            write: writes sides in a relation, and returns the ids of their links.
            is_safe: whether it leaves alone what clashes.
        """
        if not sides:
            return {}
        stored = _store_sides(sides)
        relation_id = prepare_relation(self._env, self.relation, self.kind)
        run = partial(write, relation_id)
        attempt = run if is_safe else partial(self._write_apart, run)
        done = attempt(stored)
        refused = {key: side for key, side in stored.items() if key not in done}
        if refused and delete_dead(self._env, self._read_any(refused.values())):
            done = attempt(refused)
            refused = {key: side for key, side in refused.items() if key not in done}
        follow_change(self._env, stored.values())
        return self._explain_all(refused) if refused else {}

    def _write_apart(
        self,
        write: Callable[[dict[int, StoredSide]], set[int]],
        stored: dict[int, StoredSide],
    ) -> set[int]:
        """Write all sides except those that clash; return the ids of their links."""
        left = stored
        while left:
            with self._cr.savepoint(flush=False) as savepoint:
                done = self._set_fingerprint(write(left))
                if len(done) == len(left):
                    return done
                savepoint.rollback()
            left = {link_id: left[link_id] for link_id in left if link_id in done}
        return set()

    def _set_fingerprint(self, link_ids: set[int]) -> set[int]:
        if self.kind == ONE2ONE:
            return link_ids
        try:
            return store.set_fingerprint(self._cr, link_ids)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(
                f"Cannot link in relation {self.relation!r}: another transaction made "
                "the same link. Run the transaction again; it will find it."
            ) from error

    def _explain_all(self, refused: dict[int, StoredSide]) -> dict[int, LinkError]:
        rows = {row.link_id: row for row in read_rows(store.read(self._cr, refused))}
        others = self._read_any(refused.values())
        return {
            link_id: self._explain(rows.get(link_id, Row(link_id)), side, others)
            for link_id, side in refused.items()
        }

    def _explain(self, row: Row, refused: StoredSide, others: list[Row]) -> LinkError:
        system, model, text, type_name = refused
        side = Side(model, restore_ref(text, type_name))
        owners = [
            other.describe()
            for other in others
            if other.link_id != row.link_id and other.has(system, side)
        ]
        seen = "it has another one on that system already"
        if owners:
            seen = f"{' and '.join(owners)} has it already"
        return LinkError(
            f"Cannot add {side.describe(system)} to {row.describe()} of relation "
            f"{self.relation!r}: {seen}. Correct the reference, or remove one of the "
            "links."
        )

    def _read_any(self, sides: Iterable[StoredSide]) -> list[Row]:
        place = (self.relation, self._env.company.id)
        return read_rows(store.find_any(self._cr, *place, list(sides)))


def _store_sides(
    sides: Mapping[int, tuple[str, str, Ref]],
) -> dict[int, StoredSide]:
    stored = {}
    for link_id, (system, model, ref) in sides.items():
        check_system(system, model)
        stored[link_id] = Side(model, ref).store(system)
    return stored


# === RELATIONS === #


def find_or_make_relation(env: api.Environment, name: str) -> int:
    """Return the id of the relation of any kind, created when missing."""
    known = store.find_relation(env.cr, name, env.company.id)
    return known[0] if known else prepare_relation(env, name, ONE2ONE)


def prepare_relation(env: api.Environment, name: str, kind: str) -> int:
    """Return the id of the relation, created when missing.

    Raises:
        LinkError: its links are of another kind.
    """
    env["connector.relation"].flush_model(READ_OF_RELATION)
    relation_id, known_kind = store.find_relation(
        env.cr, name, env.company.id
    ) or store.create_relation(env.cr, name, kind, env.uid)
    if known_kind == kind:
        return relation_id
    return _change_kind(env, relation_id, name, kind)


def _change_kind(env: api.Environment, relation_id: int, name: str, kind: str) -> int:
    """Change the kind of a relation before its first link; return its new id."""
    if store.has_links(env.cr, relation_id):
        other = MANY2MANY if kind == ONE2ONE else ONE2ONE
        raise LinkError(
            f"Cannot link in relation {name!r} as {kind}: it is {other} since its "
            f"first link. Say so with allow_many2many={other == MANY2MANY}, or use "
            "another relation."
        )
    try:
        with env.cr.savepoint(flush=False):
            return store.change_kind(env.cr, relation_id, kind)
    except STILL_REFERENCED as error:
        raise ConcurrencyError(
            f"Cannot make relation {name!r} {kind}: another transaction made its first "
            "link. Run the transaction again."
        ) from error
    finally:
        env["connector.relation"].invalidate_model(flush=False)


# === CHANGES === #


def follow_change(env: api.Environment, sides: Iterable[StoredSide] = ()) -> None:
    """Invalidate the cache of the links, and watch the models of new sides."""
    env["connector.link"].invalidate_model(flush=False)
    env["connector.link.side"].invalidate_model(flush=False)
    models = {side.model for side in sides if side.model}
    if not models <= env["connector.link.side"]._linked_models():
        # now for us; after the commit for those who looked meanwhile and saw nothing
        env.registry.clear_cache()
        env.cr.postcommit.add(env.registry.clear_cache)


def delete_dead(env: api.Environment, rows: Iterable[Row]) -> set[int]:
    """Delete the links to deleted records; return their ids."""
    dead = find_dead(env, rows)
    if dead:
        store.delete(env.cr, dead)
    return dead
