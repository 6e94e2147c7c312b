# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change makes the end of a job unsafe that is not waited for?

See ``queue.py`` for what an entry is.
"""

MUTATIONS = [
    (
        "the next job begins while the end of the last one is written",
        "queue/engine/completer.py",
        "            self._execute()\n        except psycopg2.Error:\n"
        "            self.close()  #",
        "            self._execute()\n            self.wait()\n"
        "        except psycopg2.Error:\n            self.close()  #",
        "TestFinisher.test_next_job_runs_while_the_end_of_the_last_is_written",
    ),
    (
        "an end is with PostgreSQL before the next job begins",
        "queue/engine/completer.py",
        "            self._execute()\n        except psycopg2.Error:\n"
        "            self.close()  #",
        "            self.close()\n        except psycopg2.Error:\n"
        "            self.close()  #",
        "TestFinisher.test_next_job_runs_while_the_end_of_the_last_is_written",
    ),
    (
        "a death is not charged to the job before",
        "queue/engine/completer.py",
        "            self._execute()\n        except psycopg2.Error:\n"
        "            self.close()  #",
        "            self.close()\n        except psycopg2.Error:\n"
        "            self.close()  #",
        "TestDeath.test_death_is_not_charged_to_the_job_whose_end_is_being_written",
    ),
    (
        "ends are written one after the other",
        "queue/engine/completer.py",
        "        self.wait()\n        self._sent = values\n",
        "        self._sent = values\n",
        "TestFinisher.test_ends_are_written_one_after_the_other",
    ),
    (
        "an end is sent again when its session was ended",
        "queue/engine/completer.py",
        "            self.close()\n            self._execute()\n",
        "            self.close()\n            self._sent = None\n            return\n",
        "TestFinisher.test_end_is_sent_again_when_its_session_was_ended",
    ),
    (
        "what waits for the end of a job does not begin before",
        "queue/engine/runner.py",
        "        and not (job.has_edges or job.is_limited or job.concurrency_key)\n",
        "        and not job.has_edges\n",
        "TestFinisher.test_end_for_which_somebody_waits_is_waited_for",
    ),
    (
        "what a job does after its commit comes after its end",
        "queue/engine/runner.py",
        "        and not len(cr.postcommit)\n",
        "",
        "TestFinisher.test_end_for_which_somebody_waits_is_waited_for",
    ),
    (
        "the next job sees what the last one did",
        "queue/engine/runner.py",
        "        and session.is_untouched\n        and not (",
        "        and not (",
        "TestFinisher.test_end_for_which_somebody_waits_is_waited_for",
    ),
    (
        "a worker leaves when the end of its last job is written",
        "queue/engine/worker.py",
        "            self._finisher.wait,\n",
        "",
        "TestFinisherOfAWorker.test_worker_that_leaves_waits_for_the_end",
    ),
    (
        "a worker that is idle has seen the end of its last job",
        "queue/engine/worker.py",
        "            self._finisher.wait()\n            return False\n",
        "            return False\n",
        "TestFinisherOfAWorker.test_worker_that_finds_nothing_more_waits_for_the_end",
    ),
]
