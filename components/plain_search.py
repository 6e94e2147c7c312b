# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain search: a look-up by two columns, without what the ORM adds to it.

Each single import looks up one binding. What the ORM does around that query costs eight
times as much as the query, and adds nothing for a user who may read all bindings.
"""

from odoo import models
from odoo.tools import SQL

# the condition is that of the columns: no text of one language, or of one company
PLAIN_TYPES = frozenset({"char", "many2one"})


def is_plain_search(model: models.BaseModel, *names: str) -> bool:
    """Return whether a search by some fields is the comparison of columns alone.

    Args:
        model: in the environment of the search.
        names: of the fields that are compared.
    """
    if type(model)._search is not models.BaseModel._search:
        return False
    if not all(_is_column(model, name) for name in names):
        return False
    if model.env.su:
        return True
    rules = model.env["ir.rule"]._compute_domain(model._name, "read")
    return rules.is_true() and model.has_access("read")


def _is_column(model: models.BaseModel, name: str) -> bool:
    field = model._fields.get(name)
    return (
        field is not None
        and field.type in PLAIN_TYPES
        and bool(field.store)
        and not (field.inherited or field.translate or field.company_dependent)
        and not field.groups
    )


def find_plainly(
    model: models.BaseModel, values: dict[str, object]
) -> models.BaseModel:
    """Return the records with these values in columns, archived ones too.

    Args:
        model: of which :func:`is_plain_search` is true.
        values: of each column; none of them is empty.
    """
    model.flush_model(list(values))
    conditions = [
        SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
    ]
    table, condition = SQL.identifier(model._table), SQL(" AND ").join(conditions)
    query = SQL("SELECT id FROM %s WHERE %s ORDER BY id", table, condition)
    return model.browse(id_ for (id_,) in model.env.execute_query(query))
