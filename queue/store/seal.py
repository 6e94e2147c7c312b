# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Seal of a job row: the proof that the store wrote who calls what.

A row that came into the table another way has none, and no claim runs it. The key is in
a table that is no model of Odoo: code that reads or writes records cannot reach it.

Rows older than the seal are accepted as they are. Sealing them while workers run would
cost running jobs their work, and the upgrade its own.
"""

SEALED = {  # the columns of user, rights and call
    "uuid": "text",
    "user_id": "integer",
    "company_id": "integer",
    "func_name": "text",
    "method_name": "text",
    "model_name": "text",
    "context": "jsonb",
    "payload": "jsonb",
    "payload_version": "integer",
}


def seal_of(row: str = "job", **others: str) -> str:
    """Return the SQL of the seal of a row.

    Args:
        row: table that has the columns.
        others: SQL of columns that it lacks, or that are about to change.
    """
    values = ", ".join(others.get(name, f"{row}.{name}") for name in SEALED)
    return f"connector_queue_seal({values})"


# Whether the row "job" may run: the store wrote it, and it has all values that its
# start and its end need. The columns are NOT NULL, except in tampered tables.
IS_WHOLE = f"""(
           num_nulls(job.attempt, job.retry, job.max_retries, job.deaths, job.commits,
                     job.priority) = 0
           AND COALESCE(
               job.seal = {seal_of()},
               job.id <= (SELECT unsealed_until FROM connector_queue_seal)
           )
       )"""

# The text of a row separates its columns, whatever is in them, and NULL from an empty
# text; the payload, which may be long, comes after its end. The key stands on both
# sides, and in the function: reading it takes longer than all the rest.
_CALL = ", ".join(f"p_{name}" for name in SEALED if name != "payload")
MAKE_SEAL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION connector_queue_seal(
    {", ".join(f"p_{name} {kind}" for name, kind in SEALED.items())}
)
RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN sha256(convert_to(
        %(key)s || ROW({_CALL})::text || p_payload::text || %(key)s, 'UTF8'
    ));
END $$;
CREATE OR REPLACE FUNCTION connector_queue_seal(p_job connector_queue_job)
RETURNS bytea LANGUAGE sql STABLE AS $$
SELECT {seal_of("p_job")}
$$
"""
READ_KEY = "SELECT encode(key, 'hex') FROM connector_queue_seal"

HAS_SEAL = """
SELECT EXISTS (
    SELECT FROM pg_attribute
     WHERE attrelid = 'connector_queue_job'::regclass
       AND attname = 'seal' AND NOT attisdropped
)
"""

# Create the column, then the key. The last job without a seal is the last job delayed
# so far: a transaction that inserts a job waits for us, and numbers it after that.
# Locks: the table, until the upgrade commits; once.
MAKE_SEAL = """
ALTER TABLE connector_queue_job ADD COLUMN seal bytea;
CREATE TABLE IF NOT EXISTS connector_queue_seal (
    is_one boolean PRIMARY KEY DEFAULT TRUE CHECK (is_one),
    key bytea NOT NULL,
    unsealed_until integer NOT NULL
);
INSERT INTO connector_queue_seal (key, unsealed_until)
SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
       CASE WHEN is_called THEN last_value ELSE 0 END
  FROM connector_queue_job_id_seq
    ON CONFLICT DO NOTHING
"""
DROP_SEAL = "DROP TABLE IF EXISTS connector_queue_seal"

# Defaults of the columns; Odoo sets none in the database.
DEFAULTS = {
    "state": "'pending'",
    "priority": "10",
    "attempt": "0",
    "retry": "0",
    "max_retries": "5",
    "deaths": "0",
    "commits": "0",
    "payload_version": "1",
    "key_news": "FALSE",
    "has_edges": "FALSE",
    "date_created": "(now() AT TIME ZONE 'UTC')",
}

FIND_WITHOUT_DEFAULT = """
SELECT attname
  FROM pg_attribute
 WHERE attrelid = 'connector_queue_job'::regclass
   AND attname = ANY (%(names)s) AND NOT atthasdef
"""

# Seal rows as they are. Locks: the rows. Index: the primary key.
SEAL_JOBS = """
UPDATE connector_queue_job AS job
   SET seal = connector_queue_seal(job)
 WHERE id = ANY (%(job_ids)s)
"""

# job. Give the jobs of a user to another one, and seal them anew. A job without a valid
# seal stays as it is. Locks: the rows. Index: the primary key.
TAKE_OVER = f"""
UPDATE connector_queue_job AS job
   SET user_id = %(user_id)s,
       company_id = %(company_id)s,
       context = %(context)s::jsonb,
       user_reason = %(reason)s,
       seal = {
    seal_of(
        user_id="%(user_id)s",
        company_id="%(company_id)s",
        context="%(context)s::jsonb",
    )
}
 WHERE id = ANY (%(job_ids)s)
   AND state = ANY (%(states)s)
   AND user_id IS NOT DISTINCT FROM %(former_id)s
   AND {IS_WHOLE}
RETURNING id
"""


def make_seal(cr) -> None:
    """Create the seal of jobs and the defaults of their columns, if missing.

    The check alone takes no lock that a worker would wait for.
    """
    cr.execute(HAS_SEAL)
    if not cr.fetchone()[0]:
        cr.execute(MAKE_SEAL)
    cr.execute(FIND_WITHOUT_DEFAULT, {"names": list(DEFAULTS)})
    actions = [
        f"ALTER COLUMN {name} SET DEFAULT {DEFAULTS[name]}" for (name,) in cr.fetchall()
    ]
    if actions:  # all of it is text of ours
        cr.execute(f"ALTER TABLE connector_queue_job {', '.join(actions)}")  # pylint: disable=sql-injection


def make_seal_functions(cr) -> None:
    """Recreate the functions of the seal, with the key of the database."""
    cr.execute(READ_KEY)
    (key,) = cr.fetchone()
    cr.execute(MAKE_SEAL_FUNCTIONS, {"key": key})


def seal_jobs(cr, job_ids: list[int]) -> None:
    """Seal jobs as they are now: the caller vouches for them."""
    cr.execute(SEAL_JOBS, {"job_ids": job_ids})


def take_over(cr, job_ids: list[int], states: list[str], **values) -> set[int]:
    """Give jobs of a user, in some states, to another; return the ids of those given.

    Args:
        values: former_id, user_id, company_id, context as JSON, and the reason.
    """
    cr.execute(TAKE_OVER, {"job_ids": job_ids, "states": states, **values})
    return {row[0] for row in cr.fetchall()}
