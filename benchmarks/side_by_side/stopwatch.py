# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stopwatch of an addon's own time inside Odoo's create and write.

A call with the addon and one without differ by less than two calls of the same
kind do on a busy machine. So one call is looked at: the clock runs in the addon's
own methods, and stands still in those of all others which they call.
"""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

METHODS = ("create", "write")


class Stopwatch:
    """Adds up the time that passes while it is on."""

    def __init__(self):
        self.seconds = 0.0
        self._is_on = False
        self._since = 0.0

    def switch(self, on: bool) -> bool:
        """Start or stop it; return whether it was on."""
        now = time.perf_counter()
        was_on = self._is_on
        if was_on:
            self.seconds += now - self._since
        self._is_on, self._since = on, now
        return was_on

    def around(self, method: Callable, on: bool) -> Callable:
        """Return the method as one that switches the clock on or off."""

        @functools.wraps(method)
        def watched(*args, **kwargs):
            before = self.switch(on)
            try:
                return method(*args, **kwargs)
            finally:
                self.switch(before)

        return watched


@contextmanager
def watching(model_class: type, addon: str) -> Iterator[Stopwatch]:
    """Watch the methods that an addon puts around those of a model.

    Args:
        model_class: class of the model in the registry.
        addon: how the names of the addon's modules begin.
    """
    watch = Stopwatch()
    with replaced(
        _owners(model_class),
        lambda owner, method: watch.around(method, _is_of(owner, addon)),
    ):
        yield watch


@contextmanager
def without(model_class: type, addon: str) -> Iterator[None]:
    """Take the methods of an addon out of a model."""
    owners = [owner for owner in _owners(model_class) if _is_of(owner[0], addon)]
    if not owners:
        raise LookupError(f"{addon} has no create or write in {model_class!r}.")
    with replaced(owners, lambda _owner, _method: None):
        yield


@contextmanager
def replaced(owners: list[tuple[type, str]], make: Callable) -> Iterator[None]:
    """Put another method in place of each, or none where ``make`` gives None."""
    before = [(owner, name, vars(owner)[name]) for owner, name in owners]
    for owner, name, method in before:
        new = make(owner, method)
        delattr(owner, name) if new is None else setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, method in before:
            setattr(owner, name, method)


def _owners(model_class: type) -> list[tuple[type, str]]:
    """Return every class that defines one of the methods for the model."""
    return [
        (owner, name)
        for owner in model_class.__mro__
        for name in METHODS
        if name in vars(owner)
    ]


def _is_of(owner: type, addon: str) -> bool:
    return owner.__module__.startswith(addon)
