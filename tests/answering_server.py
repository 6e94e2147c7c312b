# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The server that answers as a test says, at its former place."""

from ..testing import AnsweringServer, Asked, Reply  # noqa: F401 for tests of others
