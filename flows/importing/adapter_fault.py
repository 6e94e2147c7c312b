# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults of adapters: what is wrong with the reading of a page, and where."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from ...components.backend_adapter import BackendAdapter
from ...exception import SetupError

CODE_FAULTS = (LookupError, AttributeError, TypeError)


@contextmanager
def reading_by(adapter: BackendAdapter, method: str) -> Iterator[None]:
    """Say of an error in the block which adapter it comes from, and what is missing.

    A bare ``KeyError: 'results'`` on a stream says to nobody what to correct.

    Args:
        adapter: whose method is called in the block.
        method: its name.

    Raises:
        SetupError: the code of the adapter does not fit what the backend answered.
    """
    try:
        yield
    except CODE_FAULTS as error:
        frame = extract_tb(error.__traceback__)[-1]
        path = Path(frame.filename)
        raise SetupError(
            f"{type(adapter).__qualname__}.{method} of "
            f"{adapter.connector_env.model_name!r} raised "
            f"{type(error).__name__}: {_text_of(error)} "
            f"({path.parent.name}/{path.name}, line {frame.lineno}). "
            f"{adapter.backend_record.describe()} answered in another form than "
            "expected, or the adapter is wrong. Correct it, then press Resume on the "
            "stream."
        ) from error


def _text_of(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args:
        return f"there is no key {error.args[0]!r}"
    return str(error)
