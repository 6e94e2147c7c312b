# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Statistics of attempts: their number, waits and durations."""

# job. Every attempt with its measures, the query below a model of Odoo: it adds what to
# leave out. Only the first start of a job shows how long it waited, and an eta after it
# is that of a later attempt. Indexes: connector_queue_attempt_time_idx on date_done,
# and connector_queue_job_pkey.
ACTIVITY = """
SELECT attempt.id, attempt.job_id, attempt.attempt, attempt.state,
       attempt.date_started, attempt.date_done,
       job.name AS job_name, job.job_function_id, job.channel_id,
       job.user_id, job.company_id,
       (attempt.state IN ('failed', 'retried', 'conflicted', 'died'))::int AS failed,
       CASE WHEN attempt.attempt = 1 THEN GREATEST(0, extract(
           epoch FROM attempt.date_started - GREATEST(
               job.date_created,
               CASE WHEN job.eta <= attempt.date_started THEN job.eta END
           )
       )) END AS wait_s,
       extract(
           epoch FROM attempt.date_done - attempt.date_started
       ) AS run_s,
       extract(
           epoch FROM attempt.date_done - attempt.date_started
       ) AS total_run_s
  FROM connector_queue_attempt AS attempt
  JOIN connector_queue_job AS job ON job.id = attempt.job_id
"""
