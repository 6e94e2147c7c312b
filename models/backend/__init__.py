# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends, in the order of ``super()``, see ``models/__init__.py``."""

# ruff: noqa: I001
from . import backend
from . import check
from . import checkpoint
from . import queue
from . import flows
from . import exports
from . import export_run
from . import archive  # after what it delays
from . import export_to
from . import folder
from . import http
from . import oauth
from . import request_log
from . import dry_run
from . import job_user
from . import merge
from . import preview
