# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outbound requests of backends, in the order of ``super()``."""

# ruff: noqa: I001
from . import request
from . import backend
