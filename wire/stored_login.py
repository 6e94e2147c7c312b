# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stored login: the secrets of a backend, read again where the server refuses them.

A person enters a new key while workers run: their transactions began before, and see
the old one. Without this, all of their jobs would fail, though the new key is there.
"""

from collections.abc import Callable, Mapping

Values = Mapping[str, object]


class StoredLogin:
    """The fields of a login, of one client of a backend.

    Args:
        read: returns them as the transaction sees them.
        read_again: returns them as they are committed now.
    """

    def __init__(self, read: Callable[[], Values], read_again: Callable[[], Values]):
        self._read = read
        self._read_again = read_again
        self._newer: Values | None = None

    def values(self) -> Values:
        """Return the fields for a request."""
        return self._read() if self._newer is None else self._newer

    def refresh(self) -> bool:
        """Read the fields again; return whether one is another now."""
        newer = self._read_again()
        is_other = bool(newer) and dict(newer) != dict(self.values())
        if is_other:
            self._newer = newer
        return is_other
