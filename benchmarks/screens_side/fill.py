# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows of the tables behind the measured screens."""

# Of 1,000 jobs 900 are done, 70 pending, 10 held, 10 waiting, 9 failed, 1 cancelled;
# two of three are of a backend. Those that are done ended in the last ten days.
JOBS = """
INSERT INTO connector_queue_job (
    uuid, name, payload, func_name, model_name, payload_version, user_id, company_id,
    context, channel_id, backend_id, state, hold, eta, priority, attempt, retry,
    max_retries, deaths, commits, date_created, date_started, date_done
)
SELECT gen_random_uuid(), 'Export contact ' || n, '[["a"], []]',
       'odoo.addons.connector.queue.demo_job.try_queue', 'res.partner', 1, 2, 1, '{}',
       %(channel_id)s, CASE WHEN n %% 3 > 0 THEN %(backend)s END, one.state,
       CASE WHEN n %% 1000 BETWEEN 970 AND 979 THEN 'eta' END,
       CASE WHEN n %% 1000 BETWEEN 970 AND 979 THEN one.now + INTERVAL '1 day' END,
       10, 1, 0, 5, 0, 0, one.date - INTERVAL '1 minute',
       CASE WHEN one.state IN ('done', 'failed') THEN one.date - INTERVAL '1 s' END,
       CASE WHEN one.state IN ('done', 'failed', 'cancelled') THEN one.date END
  FROM generate_series(1, %(count)s) AS n
 CROSS JOIN LATERAL (
       SELECT now() AT TIME ZONE 'UTC' AS now,
              now() AT TIME ZONE 'UTC'
              - (%(count)s - n)::float / %(count)s * INTERVAL '10 days' AS date,
              CASE WHEN n %% 1000 < 900 THEN 'done'
                   WHEN n %% 1000 < 980 THEN 'pending'
                   WHEN n %% 1000 < 990 THEN 'waiting'
                   WHEN n %% 1000 < 999 THEN 'failed'
                   ELSE 'cancelled' END AS state
 ) AS one
"""
ATTEMPTS = """
INSERT INTO connector_queue_attempt (
    job_id, attempt, state, date_started, date_done
)
SELECT id, 1, state, date_started, date_done
  FROM connector_queue_job
 WHERE state IN ('done', 'failed')
"""
# One in ten is to be reviewed.
CHECKPOINTS = """
INSERT INTO connector_checkpoint (
    message, backend_id, backend_name, state, create_date, write_date, create_uid,
    write_uid{more}
)
SELECT 'Card ' || n || ' has no name', %(backend)s, 'Shop',
       CASE WHEN n %% 10 = 0 THEN 'need_review' ELSE 'reviewed' END,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 2, 2{values}
  FROM generate_series(1, %(count)s) AS n
"""
TABLES = ("connector_queue_job", "connector_queue_attempt", "connector_checkpoint")


def fill(env, jobs: int, checkpoints: int) -> None:
    """Fill the tables, and let PostgreSQL know them."""
    backends = env["connector.test.backend"]
    backend = backends.create({"name": "Shop", "version": "1"})
    channels = env["connector.queue.channel"]
    channels.browse(channels._id_of("root.demo")).is_paused = True
    values = {
        "backend": backend.reference(),
        "channel_id": channels._id_of("root.demo"),
        "count": jobs,
    }
    env.flush_all()
    env.cr.execute(JOBS, values)
    env.cr.execute(ATTEMPTS)
    more = {**_required_values(env), "backend": backend.reference()}
    statement = CHECKPOINTS.format(
        more="".join(f", {name}" for name in more if name != "backend"),
        values="".join(f", %({name})s" for name in more if name != "backend"),
    )
    env.cr.execute(statement, {**more, "count": checkpoints})
    env.cr.commit()  # pylint: disable=invalid-commit
    connection = env.cr._cnx
    connection.autocommit = True
    for table in TABLES:
        env.cr.execute(f"VACUUM ANALYZE {table}")  # pylint: disable=sql-injection
    connection.autocommit = False
    env.invalidate_all()


def _required_values(env) -> dict:
    """Return the defaults of required columns of checkpoints, besides ours."""
    fields = env["connector.checkpoint"]._fields
    names = [
        name
        for name, field in fields.items()
        if field.store and field.required and name not in ("backend_id", "state", "id")
    ]
    return env["connector.checkpoint"].default_get(names) if names else {}
