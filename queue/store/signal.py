# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's signals to its processes that their registry or a cache is old.

Each row of its tables is a signal; a process that knows the last ids is up to date.
"""

from odoo.modules.registry import _CACHES_BY_KEY, Registry

_NAMES = "registry", *_CACHES_BY_KEY
_LAST_IDS = ", ".join(f"(SELECT max(id) FROM orm_signaling_{name})" for name in _NAMES)

# The last signals. They are part of a claim: alone they cost a round trip, and
# PostgreSQL plans the query anew.
SIGNALS = f"ARRAY[{_LAST_IDS}]"


def known_signals(registry: Registry) -> list[int]:
    """Return the last signals that a registry has followed, in the order of SIGNALS."""
    caches = registry.cache_sequences
    return [registry.registry_sequence, *(caches[name] for name in _CACHES_BY_KEY)]
