# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Silence of export triggers: for which backends a change is not to be exported.

What comes from a backend is not sent back to it, and yet goes on to the others: the
importer names its backend under the key ``connector_no_export`` of the context. Another
true value there silences the triggers of all backends, and any value the consumers of
record events that read it.
"""

from collections.abc import Mapping
from typing import Any

from ..importing.tombstones import importing_backend

NO_EXPORT = "connector_no_export"
UNINSTALL = "_force_unlink"  # in the context while Odoo uninstalls an addon

Silence = frozenset[str]  # references of backends


def silence_of(context: Mapping[str, Any]) -> Silence | None:
    """Return the backends to which a change made now does not go; None for all."""
    if context.get(UNINSTALL):
        return None
    backends = {importing_backend()} - {None}
    if value := context.get(NO_EXPORT):
        if not names_backend(value):
            return None
        backends.add(value)
    return frozenset(backends)


def names_backend(value: object) -> bool:
    """Return whether a value of the key names a backend, such as ``shop.backend,3``.

    >>> names_backend("shop.backend,3"), names_backend("1"), names_backend(True)
    (True, False, False)
    """
    if not isinstance(value, str):
        return False
    model, _comma, id_ = value.partition(",")
    return bool(model) and id_.isdigit()
