# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL of the log: insert, mark and delete lines."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

# Write lines, in their order. The commit need not wait for the disk: what they tell of
# is safe already, or gone. Locks: none but on the new rows.
INSERT = """
INSERT INTO connector_log (
            date, kind, level, message, recipient, data, backend_id, method, address,
            status, duration_ms, size, answer, keep_until, user_id, company_id,
            job_uuid, job_id, action_id, relation, relation_id, res_model, res_id,
            is_undone)
SELECT line.date, line.kind, line.level, line.message, line.recipient, line.data,
       line.backend_id, line.method, line.address, line.status, line.duration_ms,
       line.size, line.answer, line.date + line.kept_days * INTERVAL '1 day',
       line.user_id, line.company_id, line.job_uuid, job.id, line.action_id,
       line.relation,
       (SELECT relation.id
          FROM connector_relation AS relation
         WHERE relation.name = line.relation
           AND COALESCE(relation.company_id, line.company_id) = line.company_id
         ORDER BY relation.company_id
         LIMIT 1),
       line.res_model, line.res_id, %(is_undone)s
  FROM set_config('synchronous_commit', 'off', TRUE),
       ROWS FROM (
            json_to_recordset(%(lines)s) AS (
                date TIMESTAMP, kind VARCHAR, level VARCHAR, message TEXT,
                recipient VARCHAR, data TEXT, backend_id VARCHAR, method VARCHAR,
                address VARCHAR, status INTEGER, duration_ms INTEGER, size INTEGER,
                answer TEXT, kept_days INTEGER, user_id INTEGER, company_id INTEGER,
                job_uuid VARCHAR, action_id INTEGER, relation VARCHAR,
                res_model VARCHAR, res_id INTEGER)
       ) WITH ORDINALITY AS line
  LEFT JOIN connector_queue_job AS job ON job.uuid = line.job_uuid
 ORDER BY line.ordinality
RETURNING id
"""

# Mark lines that were written early and whose transaction was rolled back.
MARK_UNDONE = "UPDATE connector_log SET is_undone = TRUE WHERE id = ANY(%(ids)s)"

# Delete the oldest lines of a level, but for those with an end of their own. An array
# is made once; a subquery that locks may be run for each line, and finds others each
# time. Locks: the rows, SKIP LOCKED. Index: connector_log_age_idx, from its start.
DELETE_OLD = """
DELETE FROM connector_log
 WHERE id = ANY (ARRAY(
       SELECT id
         FROM connector_log
        WHERE level = %(level)s
          AND date < now() AT TIME ZONE 'UTC' - %(days)s * INTERVAL '1 day'
          AND keep_until IS NULL
        ORDER BY date
        LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED
       ))
"""

# Delete lines whose own end has come. Locks: the rows, SKIP LOCKED. Index:
# connector_log_keep_idx, from its start.
DELETE_ENDED = """
DELETE FROM connector_log
 WHERE id = ANY (ARRAY(
       SELECT id
         FROM connector_log
        WHERE keep_until < now() AT TIME ZONE 'UTC'
        ORDER BY keep_until
        LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED
       ))
"""


@dataclass(frozen=True)
class LogLine:
    """A log line; its fields are the columns of the table."""

    date: str  # naive UTC, in ISO format
    kind: str
    level: str
    message: str
    recipient: str | None
    data: str | None
    user_id: int
    company_id: int
    job_uuid: str | None
    action_id: int | None  # of the server action whose code logs
    relation: str | None
    res_model: str | None
    res_id: int | None
    # of requests to a backend
    backend_id: str | None = None
    method: str | None = None
    address: str | None = None
    status: int | None = None
    duration_ms: int | None = None
    size: int | None = None
    answer: str | None = None
    kept_days: int | None = None  # None for those of its level


def insert(cr, lines: Iterable[LogLine], is_undone: bool) -> list[int]:
    """Insert log lines in one statement; return their ids.

    Args:
        is_undone: whether the transaction that they report was rolled back.
    """
    rows = json.dumps([asdict(line) for line in lines])
    cr.execute(INSERT, {"lines": rows, "is_undone": is_undone})
    return [row_id for (row_id,) in cr.fetchall()]


def mark_undone(cr, ids: list[int]) -> None:
    """Mark log lines whose transaction was rolled back."""
    cr.execute(MARK_UNDONE, {"ids": ids})


def delete_old(cr, level: str, days: float, limit: int) -> int:
    """Delete old log lines of a level; return their number."""
    cr.execute(DELETE_OLD, {"level": level, "days": days, "limit": limit})
    return cr.rowcount


def delete_ended(cr, limit: int) -> int:
    """Delete log lines that were to be kept until now; return their number."""
    cr.execute(DELETE_ENDED, {"limit": limit})
    return cr.rowcount
