# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Defaults of connectors that bring no XML, in the order of ``super()``."""

# ruff: noqa: I001
from . import own_records
from . import backend
from . import binding
from . import binding_buttons
