# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Parts of the queue besides jobs, in the order of ``super()``."""

# ruff: noqa: I001
from . import activity
from . import attempt
from . import channel
from . import current
from . import edge
from . import function
from . import worker
from . import worker_alerts
