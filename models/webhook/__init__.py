# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks of backends and their inbox, in the order of ``super()``."""

# ruff: noqa: I001
from . import webhook
from . import subscription
from . import event
from . import receive
from . import probe
from . import backend
from . import work
