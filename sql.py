# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk parameters of SQL statements.

As columns of JSON, each in one text: PostgreSQL reads an array of a thousand values as
a thousand expressions.
"""

import json
from collections.abc import Iterable
from typing import Any


def to_column(values: Iterable[Any]) -> str | None:
    """Return values as one column parameter; None where all values are None."""
    values = list(values)
    return None if all(value is None for value in values) else json.dumps(values)


def join_column(texts: Iterable[str]) -> str:
    """Return values that are JSON already as one column parameter."""
    return f"[{','.join(texts)}]"


def rows_from(*names: str) -> str:
    """Return the FROM item that reads columns as rows of texts.

    >>> rows_from("refs")
    'ROWS FROM (json_array_elements_text(%(refs)s))'
    """
    columns = (f"json_array_elements_text(%({name})s)" for name in names)
    return f"ROWS FROM ({', '.join(columns)})"


def any_of(name: str, type_name: str = "text") -> str:
    """Return the right side of an equals sign: any value of a column.

    >>> any_of("refs")
    'ANY (ARRAY(SELECT json_array_elements_text(%(refs)s)::text))'
    """
    values = f"SELECT json_array_elements_text(%({name})s)::{type_name}"
    return f"ANY (ARRAY({values}))"
