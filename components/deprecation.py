# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deprecation warnings for old names, logged with the caller's place."""

import logging
from typing import Any

_logger = logging.getLogger(__name__)


def log_deprecate(message: str) -> None:
    """Log a deprecation warning with the caller's place."""
    _logger.warning("Deprecated: %s", message, stack_info=True)


class DeprecatedClass:
    """Stands for a class under its old name, and logs each use of it.

    Args:
        oldname: the name that should not be used any more.
        replacement: the class that is used instead.
    """

    def __init__(self, oldname: str, replacement: type) -> None:
        self.oldname = oldname
        self.replacement = replacement

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return an instance of the replacement."""
        self._log()
        return self.replacement(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        self._log()
        return getattr(self.replacement, name)

    def __mro_entries__(self, bases: tuple[type, ...]) -> tuple[type]:
        """Make a subclass of the old name a subclass of the replacement."""
        self._log()
        return (self.replacement,)

    def _log(self) -> None:
        replacement = self.replacement
        log_deprecate(
            f"{self.oldname} is an old name, use "
            f"{replacement.__module__}.{replacement.__qualname__}."
        )
