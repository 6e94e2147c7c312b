# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The channels that a worker serves in its database."""

import logging
from collections.abc import Callable

from ...text import did_you_mean
from .. import store
from ..channel_text import ROOT, complete_name

_logger = logging.getLogger(__name__)

LIKENESS = 0.8  # of a suggested name: sharing only "root" is not enough


class ServedChannels:
    """The channels of setting ``only_channels``, with those below them.

    Args:
        names: as configured; none, or root, mean all channels.
    """

    def __init__(self, names: tuple[str, ...] = ()):
        complete = sorted({complete_name(name) for name in names})
        self.names = () if ROOT in complete else tuple(complete)
        self.ids: list[int] | None = [] if self.names else None
        """Those to claim from; None for all."""
        self.unknown: tuple[str, ...] = ()
        """The names that are no channel's in this database."""

    def refresh(self, run: Callable, db_name: str) -> bool:
        """Refresh the channels, which come and go; True when there are new ones.

        Args:
            run: calls a function of the store and returns its result.
            db_name: the database, for messages.
        """
        if not self.names:
            return False
        found = run(store.find_served, list(self.names))
        unknown = tuple(name for name in self.names if found[name] is None)
        if unknown and unknown != self.unknown:
            known = run(store.find_names)
            for name in unknown:
                _logger.warning("%s", _unknown_text(name, known, db_name))
        self.unknown = unknown
        old = set(self.ids)
        self.ids = sorted({one for ids in found.values() for one in ids or ()})
        return bool(set(self.ids) - old)


def _unknown_text(name: str, known: list[str], db_name: str) -> str:
    hint = did_you_mean(name, known, LIKENESS) or f" There are {', '.join(known)}."
    return (
        f"Cannot serve channel {name!r} of setting only_channels: there is none in "
        f"database {db_name!r}.{hint} Its jobs run here as soon as it is there."
    )
