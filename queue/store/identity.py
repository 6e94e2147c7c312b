# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of the identity key of a job that is about to wait again?"""

# For the SET of an UPDATE whose table is called job: the key it has; NULL where another
# job with that key waits already, so that both run. A younger one may be on its way in
# the same statement: the youngest keeps the key.
# Indexes: connector_queue_job__identity_uniq, connector_queue_job__key_idx.
KEPT_KEY = """CASE WHEN EXISTS (
           SELECT FROM connector_queue_job AS twin
            WHERE twin.identity_key = job.identity_key
              AND twin.id <> job.id
              AND twin.state IN ('waiting', 'pending')
       ) OR EXISTS (
           SELECT FROM connector_queue_job AS twin
            WHERE twin.identity_key = job.identity_key
              AND twin.id > job.id
              AND twin.state <> 'done'
       ) THEN NULL ELSE job.identity_key END"""
