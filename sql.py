# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do many values get into one statement?

As columns of JSON, each in one text: PostgreSQL reads an array of a thousand values as
a thousand expressions.
"""

import json
from collections.abc import Iterable


def to_column(values: Iterable) -> str | None:
    """Return what a statement takes for a column; None where all values are."""
    values = list(values)
    return None if all(value is None for value in values) else json.dumps(values)


def join_column(texts: Iterable[str]) -> str:
    """Return what a statement takes for a column of values that are JSON already."""
    return f"[{','.join(texts)}]"


def rows_from(*names: str) -> str:
    """Return what follows FROM: a row of texts for each place in some columns.

    >>> rows_from("refs")
    'ROWS FROM (json_array_elements_text(%(refs)s))'
    """
    columns = (f"json_array_elements_text(%({name})s)" for name in names)
    return f"ROWS FROM ({', '.join(columns)})"


def any_of(name: str, type_name: str = "text") -> str:
    """Return what follows an equals sign: any value of a column.

    >>> any_of("refs")
    'ANY (ARRAY(SELECT json_array_elements_text(%(refs)s)::text))'
    """
    values = f"SELECT json_array_elements_text(%({name})s)::{type_name}"
    return f"ANY (ARRAY({values}))"
