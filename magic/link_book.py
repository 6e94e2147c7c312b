# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which links does a relation have, and which references are reserved for new ones?"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import psycopg2.errors

from odoo import api
from odoo.exceptions import ConcurrencyError

from ..components.binder import is_missing
from ..exception import LinkError
from . import link_store as store
from .link_row import Row, Side, find_dead, read_rows
from .link_store import StoredSide
from .ref import Ref, restore_ref, store_ref

ONE2ONE = "one2one"
MANY2MANY = "many2many"


class LinkBook:
    """The links of a relation, for those who read and write many of them at once.

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
        self.relation = _check_name(relation, "relation")
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
        texts = {ref: store_ref(ref).text for ref in refs if not is_missing(ref)}
        rows = [row for row in self._read(system, model, texts.values()) if row.is_link]
        dead = find_dead(self._env, rows)
        found: dict[str, list[Row]] = {}
        for row in rows:
            if row.link_id not in dead:
                text = store_ref(row.sides[system].ref).text
                found.setdefault(text, []).append(row)
        return {ref: found[text] for ref, text in texts.items() if text in found}

    def _read(self, system: str, model: str, texts: Iterable[str]) -> list[Row]:
        _check_system(system, model)
        self._env["connector.relation"].flush_model()
        place = (self.relation, self._env.company.id, system, model)
        return read_rows(store.find(self._cr, *place, list(set(texts))))

    # === WRITE === #

    def reserve(self, system: str, model: str, refs: Iterable[Ref]) -> dict[Ref, int]:
        """Return a link for each reference, which nobody else can complete meanwhile.

        It is a new one with this side only, or the one that the reference has: left by
        a transaction that did not come to its end, or without the system that the
        caller is going to add. ``complete`` makes the reservation a link, ``discard``
        removes it.

        Returns:
            ``{reference as it was given here: link id}``

        Raises:
            LinkError: a reference is missing, or none; the relation has another kind.
            psycopg2.errors.SerializationFailure: another transaction was faster.
        """
        _check_system(system, model)
        stored = {ref: store_ref(ref) for ref in refs}
        types: dict[str, str] = {}
        for text, type_name in stored.values():
            types.setdefault(text, type_name)
        place = (self._cr, self._prepare_relation(), system, model)
        link_ids = store.reserve(*place, types)
        if known := types.keys() - link_ids.keys():
            self._delete_dead(self._read(system, model, known))
            link_ids |= store.reserve(*place, {text: types[text] for text in known})
            link_ids |= store.lock_reserved(*place, known)
        self._forget()
        return {ref: link_ids[text] for ref, (text, _type) in stored.items()}

    def complete(
        self,
        sides: Mapping[int, tuple[str, str, Ref]],
        sync_date: datetime | None = None,
    ) -> dict[int, LinkError]:
        """Give each link one side more.

        Args:
            sides: ``{link id: (system, model, reference)}``
            sync_date: when both sides were the same.

        Returns:
            Why links did not get their side, for those that did not: they have one on
            that system, or another link has it.
        """
        stored = _store_sides(sides)
        place = (self._cr, self._prepare_relation())
        how = (self.kind == ONE2ONE, sync_date)
        if self.kind == ONE2ONE:
            left = store.complete(*place, stored, *how)
        else:
            left = self._write(stored, lambda some: store.complete(*place, some, *how))
        return self._settle(stored, left)

    def move(
        self,
        moves: Mapping[int, tuple[str, str, Ref]],
        sync_date: datetime | None = None,
    ) -> dict[int, LinkError]:
        """Give one side of each link another reference.

        Args:
            moves: ``{link id: (system, model, new reference)}``
            sync_date: when both sides were the same.

        Returns:
            Why links were left as they are, for those that were: another link has the
            reference.
        """
        stored = _store_sides(moves)
        self._prepare_relation()
        left = self._write(stored, lambda some: store.move(self._cr, some, sync_date))
        return self._settle(stored, left)

    def touch(self, link_ids: Iterable[int], sync_date: datetime | None) -> None:
        """Say when the sides of links were the same for the last time."""
        store.touch(self._cr, link_ids, sync_date)
        self._forget()

    def discard(self, link_ids: Iterable[int]) -> None:
        """Remove reservations that came to nothing; what has two sides stays."""
        store.discard(self._cr, link_ids)
        self._forget()

    # === RELATION === #

    def _prepare_relation(self) -> int:
        """Return the id of the relation, made when it is not there.

        Raises:
            LinkError: its links are of another kind.
        """
        self._env["connector.relation"].flush_model()
        company_id = self._env.company.id
        relation_id, kind = store.find_relation(
            self._cr, self.relation, company_id
        ) or store.create_relation(self._cr, self.relation, self.kind, self._env.uid)
        return relation_id if kind == self.kind else self._change_kind(relation_id)

    def _change_kind(self, relation_id: int) -> int:
        if store.has_links(self._cr, relation_id):
            other = MANY2MANY if self.kind == ONE2ONE else ONE2ONE
            raise LinkError(
                f"Cannot link in relation {self.relation!r} as {self.kind}: it is "
                f"{other} since its first link. Say so with allow_many2many="
                f"{other == MANY2MANY}, or use another relation."
            )
        try:
            with self._cr.savepoint(flush=False):
                return store.change_kind(self._cr, relation_id, self.kind)
        except psycopg2.errors.ForeignKeyViolation as error:
            raise ConcurrencyError(
                f"Cannot make relation {self.relation!r} {self.kind}: another "
                "transaction made its first link. Run the transaction again."
            ) from error

    # === HELPERS === #

    def _write(
        self,
        stored: dict[int, StoredSide],
        write: Callable[[dict[int, StoredSide]], set[int]],
    ) -> set[int]:
        """Write all sides but those that clash; return the ids of their links."""
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

    def _settle(
        self, stored: dict[int, StoredSide], done: set[int]
    ) -> dict[int, LinkError]:
        """Let Odoo read again what was written; say why some sides were not."""
        self._forget()
        refused = {key: side for key, side in stored.items() if key not in done}
        if not refused:
            return {}
        rows = {row.link_id: row for row in read_rows(store.read(self._cr, refused))}
        return {
            link_id: self._explain(rows.get(link_id, Row(link_id)), side)
            for link_id, side in refused.items()
        }

    def _explain(self, row: Row, refused: StoredSide) -> LinkError:
        system, model, text, type_name = refused
        name = Side(model, restore_ref(text, type_name)).describe(system)
        others = self._read(system, model, [text])
        if others and row.link_id not in [other.link_id for other in others]:
            seen = f"{' and '.join(other.describe() for other in others)} has it"
        else:
            seen = "it has another one on that system"
        return LinkError(
            f"Cannot add {name} to {row.describe()} of relation {self.relation!r}: "
            f"{seen} already. Correct the reference, or remove one of the links."
        )

    def _delete_dead(self, rows: list[Row]) -> None:
        if dead := find_dead(self._env, rows):
            store.delete(self._cr, dead)

    def _forget(self) -> None:
        """Let Odoo read again what was written."""
        for model in ("connector.link", "connector.link.side"):
            self._env[model].invalidate_model(flush=False)


def _store_sides(
    sides: Mapping[int, tuple[str, str, Ref]],
) -> dict[int, StoredSide]:
    stored = {}
    for link_id, (system, model, ref) in sides.items():
        _check_system(system, model)
        stored[link_id] = Side(model, ref).store(system)
    return stored


def _check_name(name: str, what: str) -> str:
    if not isinstance(name, str) or not name:
        raise LinkError(
            f"Cannot link: the {what} is {name!r}, expected its name. Pass a text."
        )
    return name


def _check_system(system: str, model: str) -> None:
    _check_name(system, "system")
    if (system == store.ODOO) != bool(model):
        raise LinkError(
            f"Cannot link on system {system!r} with model {model!r}: sides of Odoo "
            'have a model, others have none. Pass the record, or "".'
        )
