# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Traffic of backends: outages and rates, in the order of ``super()``."""

# ruff: noqa: I001
from . import traffic
from . import outage
from . import rate
from . import backend
from . import http_backend
