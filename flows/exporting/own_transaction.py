# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transactions of their own: what they commit stays, whatever becomes of the export."""

from collections.abc import Iterator
from contextlib import contextmanager

from odoo import api


@contextmanager
def own_transaction(env: api.Environment) -> Iterator[api.Environment]:
    """Give an environment on another cursor, committed at the end of the block.

    Tests use it in the registry's test mode (``registry_enter_test_mode``), where it is
    a part of their transaction.
    """
    with env.registry.cursor() as cr:  # commits at the end of the block
        yield env(cr=cr)
