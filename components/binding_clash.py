# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clash of a new binding with one that is there already."""

from dataclasses import dataclass
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from ..exception import AlreadyBoundError

# The columns of a unique index in its order, whether each holds text, how many keys it
# has (more than columns where one is an expression), and its condition. No locks.
INDEX = """
SELECT array_agg(attribute.attname::text ORDER BY key.place),
       array_agg(type.typcategory = 'S' ORDER BY key.place),
       index.indnkeyatts,
       pg_get_expr(index.indpred, index.indrelid)
  FROM pg_index AS index
 CROSS JOIN unnest(index.indkey) WITH ORDINALITY AS key (number, place)
  JOIN pg_attribute AS attribute
    ON attribute.attrelid = index.indrelid
   AND attribute.attnum = key.number
  JOIN pg_type AS type
    ON type.oid = attribute.atttypid
 WHERE index.indexrelid = to_regclass(format('%%I.%%I', %(schema)s, %(name)s))
   AND key.place <= index.indnkeyatts
 GROUP BY index.indexrelid, index.indnkeyatts, index.indpred, index.indrelid
"""


@dataclass(frozen=True)
class Clash:
    """A binding that keeps another one out.

    Args:
        binding: the one that is there, with elevated rights: its reader may not read
            it. Only ids of it are shown.
    """

    binding: models.BaseModel

    def error(self, binder: Any, detail: str | None) -> AlreadyBoundError:
        """Return the error that says what clashes with whom, and where.

        Args:
            binder: of the binding that cannot be kept.
            detail: what PostgreSQL says of the clash.
        """
        binding = self.binding
        message = (
            f"Cannot keep a {binder.model._name} of {binder.backend_record}: "
            f"{binding._name},{binding.id} has the same ({detail}). "
            f"{self._described(binder)}{self._hidden(binder.env)} Running again would "
            "meet it again: merge both records, or delete the wrong binding."
        )
        return AlreadyBoundError(message, binding._name, binding.id)

    def _described(self, binder: Any) -> str:
        """Return what is bound to which id; only ids, which all may read."""
        if self.binding._name != binder.model._name:
            return "It is a line."
        external_id = self.binding[binder._external_field]
        known = None if binder._is_missing(external_id) else external_id
        bound = f"external id {known!r}"
        names = (binder._openerp_field, "openerp_id", "odoo_id")
        for name in names:
            if name in self.binding._fields and (normal := self.binding[name]):
                return f"It binds {normal._name},{normal.id} to {bound}."
        return f"It has {bound}."

    def _hidden(self, env: api.Environment) -> str:
        if self.binding.with_env(env).has_access("read"):
            return ""
        names = ("company_id", "backend_id.company_id")
        companies = [_follow(self.binding, name) for name in names]
        found = ", ".join(
            f"res.company,{company.id}" for company in companies if company
        )
        where = f" It is of {found}." if found else ""
        return f" User res.users,{env.uid} may not read it.{where}"


def find_clash(model: models.BaseModel, diag: Any) -> Clash | None:
    """Return the row that kept another one out, None where it is not in our snapshot.

    The transaction must have been rolled back to before the violation.

    Args:
        model: of the table.
        diag: what PostgreSQL says of the violation.
    """
    cr = model.env.cr
    cr.execute(INDEX, {"schema": diag.schema_name, "name": diag.constraint_name})
    columns, are_text, size, condition = cr.fetchone() or ([], [], 0, None)
    values = _values(diag.message_detail or "", are_text)
    if not values or len(values) != size:
        return None
    terms = [
        SQL("%s = %s", SQL.identifier(column), value)
        for column, value in zip(columns, values, strict=True)
    ]
    if condition:
        terms.append(SQL(condition.replace("%", "%%")))
    # Walks the index that was violated. No locks.
    cr.execute(
        SQL(
            "SELECT id FROM %s WHERE %s",
            SQL.identifier(model._table),
            SQL(" AND ").join(terms),
        )
    )
    row = cr.fetchone()
    # a row that the user may not read is what is looked for; only its ids are shown
    return Clash(model.sudo().browse(row[0])) if row else None


def _values(detail: str, are_text: list[bool]) -> list[str]:
    """Return the values in ``Key (a, b)=(1, x) already exists.``, where that is sure.

    >>> _values("Key (a, b)=(1, x, y) already exists.", [False, True])
    ['1', 'x, y']
    >>> _values("Key (a, b)=(x, y, z) already exists.", [True, True])
    []
    >>> _values("", [True])
    []
    """
    _names, _sign, rest = detail.partition(")=(")
    text, _bracket, _words = rest.rpartition(")")
    parts = text.split(", ")
    size = len(are_text)
    if len(parts) > size and are_text.count(True) == 1:  # blanks of the only text
        first, after = are_text.index(True), size - are_text.index(True) - 1
        last = len(parts) - after
        parts = [*parts[:first], ", ".join(parts[first:last]), *parts[last:]]
    return parts if text and len(parts) == size else []


def _follow(record: models.BaseModel, path: str) -> Any:
    """Return the company at a path, None where there is no such field."""
    for name in path.split("."):
        if not record or name not in record._fields:
            return None
        record = record[name]
    return record
