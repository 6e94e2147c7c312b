# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo job, which shows the queue at work."""

from ..exception import FailedJobError
from .job import job


@job(default_channel="root.demo")
def try_queue(session, model_name, text, is_failure=False):
    """Return a text, or fail with it: the demo data uses it."""
    if is_failure:
        raise FailedJobError(text)
    return text
