# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Echo suppression: what a sync writes itself is not pushed back."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_writing: ContextVar[tuple[str, ...]] = ContextVar("connector_writing", default=())


@contextmanager
def writing(relation: str) -> Iterator[None]:
    """Mark what is written inside the block as coming from the other system."""
    token = _writing.set((*_writing.get(), relation))
    try:
        yield
    finally:
        _writing.reset(token)


def is_echo_of(relation: str) -> bool:
    """Return whether a sync of the relation is what writes now."""
    return relation in _writing.get()


def is_echo() -> bool:
    """Return whether a sync of any relation is what writes now."""
    return bool(_writing.get())


@contextmanager
def no_echo() -> Iterator[None]:
    """Mark what happens inside the block as caused before the sync that runs."""
    token = _writing.set(())
    try:
        yield
    finally:
        _writing.reset(token)
