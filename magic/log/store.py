# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL of the log: insert, mark and delete lines."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

# Write lines, in their order. The commit need not wait for the disk: what they tell of
# is safe already, or gone. Locks: none but on the new rows.
INSERT = """
INSERT INTO connector_log (
            date, kind, level, message, recipient, data, user_id, company_id,
            job_uuid, job_id, action_id, relation, relation_id, res_model, res_id,
            is_undone)
SELECT line.date, line.kind, line.level, line.message, line.recipient, line.data,
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
                recipient VARCHAR, data TEXT, user_id INTEGER, company_id INTEGER,
                job_uuid VARCHAR, action_id INTEGER, relation VARCHAR,
                res_model VARCHAR, res_id INTEGER)
       ) WITH ORDINALITY AS line
  LEFT JOIN connector_queue_job AS job ON job.uuid = line.job_uuid
 ORDER BY line.ordinality
RETURNING id
"""

# Mark lines that were written early and whose transaction was rolled back.
MARK_UNDONE = "UPDATE connector_log SET is_undone = TRUE WHERE id = ANY(%(ids)s)"

# Delete the oldest lines of a level. An array is made once; a subquery that locks may
# be run for each line, and finds others each time. Locks: the rows, SKIP LOCKED. Index:
# connector_log_age_idx, from its start.
DELETE_OLD = """
DELETE FROM connector_log
 WHERE id = ANY (ARRAY(
       SELECT id
         FROM connector_log
        WHERE level = %(level)s
          AND date < now() AT TIME ZONE 'UTC' - %(days)s * INTERVAL '1 day'
        ORDER BY date
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
