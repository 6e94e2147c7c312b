# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what the screens show, and which test sees it?"""

MUTATIONS = [
    (
        "the jobs of a backend wait in its own channel",
        "queue/store/delay.py",
        "COALESCE(new.own_channel_id, %(channel_id)s)",
        "%(channel_id)s",
        "TestOwnChannel.test_jobs_wait_in_the_own_channel_of_their_backend",
    ),
    (
        "a job of several backends is of none",
        "models/queue_job_backend.py",
        "if len(backends) == 1 else None",
        "if backends else None",
        "TestBackendOfJob.test_job_of_several_backends_is_of_none",
    ),
]
