# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Streams and their runs, in the order of ``super()``."""

# ruff: noqa: I001
from . import stream
from . import selection
from . import run
from . import preview
from . import deletions
from . import rejected
from . import waiting
from . import history
from . import missing
from . import backfill
from . import staleness
from . import export
from . import review
