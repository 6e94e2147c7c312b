# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    base,
    binding,
    connector_backend,
    connector_checkpoint,
    delayable_base,
    queue_attempt,
    queue_channel,
    queue_current,
    queue_function,
    queue_job,
    queue_job_action,
    queue_job_delay,
    queue_job_retention,
    queue_job_storage,
    queue_worker,
)
