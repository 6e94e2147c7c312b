# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks where jobs run, and which test sees it?"""

MUTATIONS = [
    (
        "a worker of some channels leaves the others alone",
        "queue/store/claim.py",
        '       AND {is_served("channel", "p_channel_ids")}\n'
        "     ORDER BY job.priority",
        "     ORDER BY job.priority",
        "TestServed.test_jobs_of_these_channels_and_of_those_below_are_claimed",
    ),
    (
        "a worker of some channels leaves the limited ones of others alone",
        "queue/store/channel.py",
        "     WHERE is_open AND is_limited AND {_IS_SERVED}\n",
        "     WHERE is_open AND is_limited\n",
        "TestServed.test_channel_with_limits_is_left_to_those_who_serve_it",
    ),
    (
        "a channel that comes later is served",
        "queue/crew.py",
        "        has_new = self.served.look(self.line.ask, self.db_name)\n",
        "        has_new = False\n",
        "TestServedByWatcher.test_channel_that_comes_later_is_served",
    ),
]
