# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changed records, and the bindings or new records to which their change leads."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from odoo import api
from odoo.fields import Domain

Packed = list[str | bool]  # a change as an argument of a job


class Change(NamedTuple):
    """Records of one model that were changed, and the way to what is due.

    Args:
        model: of the records.
        path: from what is due to the records, or to what ``back`` leads to.
        back: from the records to the end of the path; empty where it ends there.
        is_unbound: only bindings without an external id are due.
        ids: of the records.
    """

    model: str
    path: str
    back: str
    is_unbound: bool
    ids: Collection[int]

    def domain(self, env: api.Environment) -> Domain:
        """Return the domain of what is due."""
        ids = self.ids
        if self.back:
            # whoever changes a record need not be allowed to read what it belongs to
            watched_sudo = env[self.model].sudo().with_context(active_test=False)
            ids = watched_sudo.browse(ids).exists().mapped(self.back).ids
        domain = Domain(self.path, "in", list(ids))
        if self.is_unbound:
            domain &= Domain("external_id", "=", False)
        return domain

    def packed(self) -> Packed:
        """Return it as an argument of a job."""
        return [*self[:4], pack_ids(self.ids)]

    @classmethod
    def unpacked(cls, packed: Packed) -> "Change":
        """Return the change of an argument."""
        *what, ids = packed
        return cls(*what, list(unpack_ids(ids)))


def pack_ids(ids: Collection[int]) -> str:
    """Return ids as a short text: those of records that were made together are near.

    >>> pack_ids({7, 3, 4, 5})
    '3-5,7'
    """
    ranges: list[list[int]] = []
    for id_ in sorted(ids):
        if ranges and ranges[-1][1] == id_ - 1:
            ranges[-1][1] = id_
        else:
            ranges.append([id_, id_])
    return ",".join(
        f"{first}" if first == last else f"{first}-{last}" for first, last in ranges
    )


def unpack_ids(text: str) -> Iterator[int]:
    """Return the ids of a text.

    >>> list(unpack_ids("3-5,7"))
    [3, 4, 5, 7]
    """
    for part in filter(None, text.split(",")):
        first, _dash, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
