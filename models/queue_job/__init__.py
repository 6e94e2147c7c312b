# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs, in the order of ``super()``, see ``models/__init__.py``."""

# ruff: noqa: I001
from . import queue_job
from . import actions
from . import other_queue  # after queue_job: the cron is triggered first
from . import change
from . import delay
from . import notifications
from . import take_over
from . import retention
from . import bulk
from . import display
from . import classic
from . import alerts
