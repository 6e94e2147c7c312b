# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log of the HTTP library: addresses in it are shown without the login.

The library logs each address that it asks, where its logger is set to DEBUG. A login
that is a parameter of the address would stand in the log of the server.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

LOGS = [
    logging.getLogger(f"urllib3.{name}") for name in ("connection", "connectionpool")
]


class _Hiding(logging.Filter):
    """Hides secrets in the lines of one thread.

    Args:
        hide: returns a text without them.
    """

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self._hide = hide

    def filter(self, record: logging.LogRecord) -> bool:
        """Return that a line is logged; those of this thread are changed before."""
        if threading.get_ident() == self._thread:
            record.msg, record.args = self._hide(record.getMessage()), ()
        return True


def hidden_login(
    signed: str, plain: str, hide: Callable[[str], str]
) -> AbstractContextManager[None]:
    """Let the library log an address as it was before the login was added, in a block.

    Args:
        signed: path and query of the address with the login.
        plain: those without.
        hide: returns a text without the secrets of the backend.
    """
    if signed == plain:
        return nullcontext()
    return _hidden(lambda text: hide(text.replace(signed, plain)))


@contextmanager
def _hidden(hide: Callable[[str], str]) -> Iterator[None]:
    hiding = _Hiding(hide)
    for log in LOGS:
        log.addFilter(hiding)
    try:
        yield
    finally:
        for log in LOGS:
            log.removeFilter(hiding)
