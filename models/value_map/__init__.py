# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Value maps of backends, in the order of ``super()``."""

# ruff: noqa: I001
from . import value_map
from . import waiting
from . import backend
