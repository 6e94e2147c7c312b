# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that let a copy of a database run jobs."""

MUTATIONS = [
    (
        "a neutralized copy runs no job",
        "data/neutralize.sql",
        "SET is_open = FALSE;",
        "SET is_open = is_open;",
        "TestNeutralize.test_copy_runs_no_job",
    ),
    (
        "a neutralized database has no workers",
        "Admission.check",
        "if standing.is_neutralized:",
        "if False:",
        "TestNeutralizedDatabase.test_no_job_runs_whoever_accepts_it",
    ),
    (
        "a new database waits",
        "Admission.check",
        "self.is_open = self._judge()",
        "self.is_open = True",
        "TestNewDatabase.test_no_job_runs_and_nothing_is_changed",
    ),
    (
        "a database that is being restored has no workers",
        "Databases._is_complete",
        "return not names",
        "return True",
        "TestRestoredDatabase.test_nobody_works_while_a_key_is_missing",
    ),
    (
        "a database that was seen to be restored is new",
        "Databases._is_complete",
        "store.withdraw(cr, store.find_identity(cr))",
        "pass",
        "TestRestoredDatabase.test_database_that_was_seen_to_be_restored_is_new",
    ),
]
