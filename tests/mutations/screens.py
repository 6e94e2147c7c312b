# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what the screens show, and which test sees it?"""

MUTATIONS = [
    (
        "the jobs of a backend wait in its own channel",
        "queue/store/delay.py",
        "COALESCE(new.own_channel_id::integer, %(channel_id)s)",
        "%(channel_id)s",
        "TestOwnChannel.test_jobs_wait_in_the_own_channel_of_their_backend",
    ),
    (
        "a job of several backends is of none",
        "models/queue_job/backend.py",
        "if len(backends) == 1 else None",
        "if backends else None",
        "TestBackendOfJob.test_job_of_several_backends_is_of_none",
    ),
    (
        "health and metrics ask for the token",
        "controllers/monitoring.py",
        "    if not hmac.compare_digest(",
        "    if False and not hmac.compare_digest(",
        "TestMonitoringToken.test_wrong_token_is_refused",
    ),
    (
        "there are no health and metrics without a token",
        "controllers/monitoring.py",
        "    if not token:\n",
        "    if False:\n",
        "TestMonitoringToken.test_there_is_nothing_without_a_token",
    ),
    (
        "the overview is for reviewers",
        "models/monitoring/overview.py",
        "        if not self.env.user.has_group(REVIEWER):\n",
        "        if False:\n",
        "TestOverviewRights.test_overview_is_refused_to_users_who_may_not_review",
    ),
    (
        "a paused backend starts no job",
        "models/backend/queue.py",
        '            {"is_paused": is_paused}\n',
        '            {"is_paused": False}\n',
        "TestOverviewPause.test_paused_backend_starts_no_job_until_it_is_resumed",
    ),
    (
        "rows are grouped by a record that was deleted",
        "fields/loose.py",
        "            if not record or record in named:\n",
        "            if True:\n",
        "TestLoose.test_jobs_are_grouped_by_a_user_who_is_gone",
    ),
    (
        "the hours of a day are told apart",
        "models/queue/activity.py",
        'HOUR = "HH:00',
        'HOUR = "hh:00',
        "TestActivity.test_morning_and_afternoon_are_told_apart",
    ),
]
