# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Long texts on screens: a line in lists, a bounded text in forms, and a download."""

from odoo import models

from ..queue import store
from ..queue.store import Excerpt
from ..redaction import LEFT_OUT_INSIDE

LINE_SIZE = 200  # characters of the line in a list
START_SIZE = 4 * LINE_SIZE  # characters in which the line is searched
SHOWN_SIZE = 10_000  # characters in a form; the whole is a download
NO_TEXTS = Excerpt(None, None, None), Excerpt(None, None, None)  # of a deleted row
URL = "/connector/text/{model}/{id}/{field}"


# The computes below have no depends: Odoo would read the whole texts with the fields
# made of them.


def compute_line(records: models.BaseModel, name: str) -> None:
    """Set a field of jobs or attempts to the first line of their first long text."""
    cr, table = records.env.cr, records._table
    starts = store.read_starts(cr, table, records.ids, START_SIZE)
    for record in records:
        record[name] = _first_line(starts.get(record.id))


def compute_texts(records: models.BaseModel, *names: str) -> None:
    """Set the fields ``…_text`` of the long texts of jobs or attempts, and ``…_url``.

    Args:
        names: fields with the long texts, in the order of the store.
    """
    cr, table = records.env.cr, records._table
    excerpts = store.read_excerpts(cr, table, records.ids, SHOWN_SIZE)
    for record in records:
        texts = excerpts.get(record.id, NO_TEXTS)
        for name, excerpt in zip(names, texts, strict=True):
            record[f"{name}_text"] = _shown_text(excerpt)
            if f"{name}_url" in record._fields:
                record[f"{name}_url"] = _download_url(record, name, excerpt)


def _first_line(start: str | None) -> str | bool:
    """Return the first line of a text that has one, else False.

    Args:
        start: the first ``START_SIZE`` characters of the text.
    """
    lines = (start or "").strip().splitlines()
    if not lines:
        return False
    line = lines[0].rstrip()
    is_all = len(lines) == 1 and len(line) <= LINE_SIZE
    return line if is_all else f"{line[: LINE_SIZE - 2].rstrip()} …"


def _shown_text(excerpt: Excerpt) -> str | bool:
    """Return the text of a form: a short text as it is, else its start and end.

    Args:
        excerpt: of ``SHOWN_SIZE`` characters.
    """
    if excerpt.end is None:
        return excerpt.start or False
    half = SHOWN_SIZE // 2
    start, end = excerpt.start[:half], excerpt.end[-half:]
    left_out = excerpt.size_bytes - len(f"{start}{end}".encode())
    return f"{start}{LEFT_OUT_INSIDE.format(left_out, 'bytes')}{end}"


def _download_url(record, field: str, excerpt: Excerpt) -> str | bool:
    """Return the address of the whole text, False where the form shows all of it."""
    if excerpt.end is None:
        return False
    return URL.format(model=record._name, id=record.id, field=field)
