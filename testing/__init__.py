# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a connector against a server in a thread of the test.

``from odoo.addons.connector.testing import ServerCase`` is for tests only: it imports
Odoo's own.
"""

from .case import ServerCase
from .collection import Collection
from .server import AnsweringServer, Asked, Reply, ThreadServer

__all__ = [
    "AnsweringServer",
    "Asked",
    "Collection",
    "Reply",
    "ServerCase",
    "ThreadServer",
]
