# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Channel limits of the configuration file, written into each database."""

import logging
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from ..channel_text import parse_limits

_logger = logging.getLogger(__name__)


class ChannelFile:
    """The channel limits of a configuration, applied once to each database.

    Args:
        text: the configuration, empty for none.

    Raises:
        ValueError: it cannot be read.
    """

    def __init__(self, text: str):
        self._limits = parse_limits(text)
        self._done: set[str] = set()

    def apply(self, db_name: str) -> None:
        """Set the limits in a database, unless that was done before.

        A failure is retried by the next call.
        """
        if not self._limits or db_name in self._done:
            return
        try:
            _configure(db_name, self._limits)
        except (psycopg2.Error, ValidationError) as error:
            # another host sets the same limits now, or the database is unreachable
            _logger.warning("channels of %s are not set yet: %s", db_name, error)
        else:
            self._done.add(db_name)


def _configure(db_name: str, limits: dict[str, dict]) -> None:
    registry = Registry(db_name)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        retrying(partial(env["connector.queue.channel"]._configure, limits), env)
    registry.signal_changes()
    _logger.info("channels of %s are set: %s", db_name, ", ".join(limits))
