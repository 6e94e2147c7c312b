# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks the life beside another job queue?"""

MUTATIONS = [
    (
        "what both queues call delayable is either's",
        "models/queue_job/other_queue.py",
        "        if others:\n",
        "        if False:\n",
        "TestCalls.test_other_method_is_delayed_by_theirs",
    ),
]
