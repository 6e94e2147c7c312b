# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts of fields that both sides changed, in the order of ``super()``."""

# ruff: noqa: I001
from . import conflict
from . import decision
from . import checkpoint
from . import field_owner
from . import backend
