# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change lets jobs wait in a rush, or wakes workers in vain?"""

MUTATIONS = [
    (
        "a commit in a rush wakes nobody",
        "queue/engine/notify.py",
        "    if time.monotonic() >= cr.postcommit.data[KEY]:\n",
        "    if True:\n",
        "TestWakeInRush.test_commit_wakes_nobody_in_a_rush",
    ),
    (
        "a transaction that takes longer than the rush wakes",
        "queue/engine/notify.py",
        "    if time.monotonic() >= cr.postcommit.data[KEY]:\n",
        "    if time.monotonic() >= cr.postcommit.data[KEY] + 60:\n",
        "TestWakeInRush.test_commit_wakes_when_the_rush_is_over_since_the_delay",
    ),
    (
        "a wish to stop is told in a rush",
        "queue/engine/notify.py",
        "    data[KEY] = min(looked_until, data.get(KEY, math.inf))\n",
        "    data[KEY] = max(looked_until, data.get(KEY, 0.0))\n",
        "TestWakeInRush.test_wish_to_stop_is_told_in_a_rush",
    ),
    (
        "a clock that is set back makes no long rush",
        "queue/store/delay.py",
        "    return seconds if 0 < seconds <= RUSH_S else 0.0\n",
        "    return max(seconds, 0.0)\n",
        "TestWakeInRush.test_clock_that_was_set_back_makes_no_long_rush",
    ),
    (
        "nobody relies on workers longer than they were told to look",
        "queue/store/burst.py",
        "now_ms + int(RUSH_S * 1000)",
        "now_ms + int(RUSH_S * 1200)",
        "TestRush.test_workers_are_told_before_others_rely_on_them",
    ),
    (
        "workers look for longer than others rely on them",
        "queue/engine/burst.py",
        "        self._until = self._announced_until + LONGER_S\n",
        "        self._until = self._announced_until - LONGER_S\n",
        "TestRush.test_who_hears_of_it_looks_for_longer_than_the_others_rely_on_it",
    ),
    (
        "who begins in a rush looks by itself",
        "queue/engine/burst.py",
        "        self._begin()\n\n    @property\n",
        "        self._announced_until, self._until = 0.0, None\n\n    @property\n",
        "TestWatcherInRush.test_worker_that_begins_in_a_rush_looks_by_itself",
    ),
    (
        "in a rush workers look by themselves",
        "queue/engine/pool.py",
        "        if is_over or self.line.ask(store.has_ready_job, self.served.ids):\n",
        "        if is_over:\n",
        "TestWatcherInRush.test_worker_looks_by_itself_in_a_rush",
    ),
    (
        "an eta of a job delayed in a rush is kept",
        "queue/engine/pool.py",
        "        if is_over or self.line.ask(store.has_ready_job, self.served.ids):\n",
        "        if self.line.ask(store.has_ready_job, self.served.ids):\n",
        "TestWatcherInRush.test_eta_of_a_job_delayed_in_a_rush_is_kept",
    ),
    (
        "a rush goes on while many jobs are delayed",
        "queue/engine/burst.py",
        "            if count >= MANY / MANY_S * (RUSH_S - RENEW_S):\n",
        "            if count < 0:\n",
        "TestRush.test_rush_goes_on_while_many_jobs_are_delayed",
    ),
    (
        "a rush ends when few jobs are delayed",
        "queue/engine/burst.py",
        "            if count >= MANY / MANY_S * (RUSH_S - RENEW_S):\n",
        "            if count:\n",
        "TestRush.test_rush_goes_on_while_many_jobs_are_delayed",
    ),
    (
        "some wake-ups are no rush",
        "queue/engine/burst.py",
        " and now - self._times[0] <= MANY_S\n",
        "\n",
        "TestRush.test_wake_ups_that_take_their_time_are_none",
    ),
    (
        "a rush is announced once",
        "queue/engine/burst.py",
        "        if are_many and now > self._announced_until:\n",
        "        if are_many:\n",
        "TestRush.test_rush_is_announced_once",
    ),
    (
        "many wake-ups are a rush",
        "queue/engine/burst.py",
        "        if are_many and now > self._announced_until:\n"
        "            self._announce()\n",
        "",
        "TestWatcherInRush.test_many_wake_ups_are_a_rush",
    ),
]
