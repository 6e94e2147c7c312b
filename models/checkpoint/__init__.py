# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints, in the order of ``super()``, see ``models/__init__.py``."""

# ruff: noqa: I001
from . import checkpoint
from . import reason
from . import merge  # a written identity drops the merge key before it is checked
from . import add
from . import display_name
from . import versions
from . import last_request
from . import notifications
from . import alias
from . import review  # last: it counts the repeats before anything is written
