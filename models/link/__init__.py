# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links, in the order of ``super()``, see ``models/__init__.py``."""

# ruff: noqa: I001
from . import link
from . import side
from . import relation
from . import linked
