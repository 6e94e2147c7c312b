# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Matches of records here and there, in the order of ``super()``."""

# ruff: noqa: I001
from . import match
from . import reviewer
from . import backend
from . import report
