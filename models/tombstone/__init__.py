# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tombstones of bound records that were deleted here, in the order of ``super()``."""

# ruff: noqa: I001
from . import tombstone
from . import base
from . import backend
