# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Statements on the traffic of backends, each in a short transaction of its own.

Jobs of all processes run them at REPEATABLE READ: of two at the same time one fails,
and is run again. Times are naive UTC.
"""

from ...wire.rate import MAX_RATE, SETTLED_GROW_S, SETTLED_GROWTH, SETTLED_S

NOW = "COALESCE(%(now)s, statement_timestamp() AT TIME ZONE 'UTC')"

# Row: connector_traffic. Locks: the new row. Index: connector_traffic__backend_uniq.
ADD_ROW = """
INSERT INTO connector_traffic (
    backend_id, company_id, state, failure_count, open_count, probe_count,
    refusals, counted, idle_s
)
VALUES (%(backend)s, %(company_id)s, 'closed', 0, 0, 0, 0, 0, 0)
    ON CONFLICT (backend_id) DO NOTHING
"""

# The requests a second that are sent now, see ``Pace.rate_at``. LEAST ignores NULL:
# without a rate it is the greatest one.
RATE = f"""COALESCE(%(rate)s, LEAST({MAX_RATE}, CASE
               WHEN grows_at IS NULL THEN rate
               WHEN settles_at IS NULL OR {NOW} < settles_at
               THEN rate * power(growth, LEAST(GREATEST(
                        extract(epoch FROM {NOW} - grows_at)::float, 0), 60))
               ELSE COALESCE(settled, rate) * power({SETTLED_GROWTH}, LEAST(GREATEST(
                        extract(epoch FROM {NOW} - settles_at)::float - {SETTLED_S},
                        0), {SETTLED_GROW_S}))
           END))"""

# What a process has to know before it sends a request.
# Index: connector_traffic__backend_uniq.
LOOK = f"""
SELECT state, failure_count,
       GREATEST(extract(epoch FROM COALESCE(probe_until, next_probe_at) - {NOW}), 1)
           ::float,
       {RATE},
       extract(epoch FROM free_at - {NOW})::float
  FROM connector_traffic
 WHERE backend_id = %(backend)s
"""

# Locks: the row. Index: connector_traffic__backend_uniq.
NOTE_SUCCESS = f"""
UPDATE connector_traffic
   SET last_success_at = {NOW}, failure_count = 0, failing_since = NULL
 WHERE backend_id = %(backend)s
RETURNING state
"""

# Locks: the row. Index: connector_traffic__backend_uniq.
NOTE_FAILURE = f"""
UPDATE connector_traffic
   SET failure_count = failure_count + 1,
       failing_since = COALESCE(failing_since, {NOW}),
       last_error_at = {NOW},
       last_error = %(error)s
 WHERE backend_id = %(backend)s
RETURNING state, failure_count
"""

# Open the breaker; it says since when it counts how often it did so.
# Locks: the row. Index: connector_traffic__backend_uniq.
OPEN = f"""
UPDATE connector_traffic
   SET state = 'open',
       opened_at = {NOW},
       open_count = CASE WHEN closed_at > {NOW} - INTERVAL '1 hour'
                         THEN open_count + 1 ELSE 1 END,
       probe_count = 0
 WHERE backend_id = %(backend)s AND state = 'closed'
RETURNING id, open_count, failing_since
"""

# Locks: the row. Index: connector_traffic__backend_uniq.
PLAN_PROBE = f"""
UPDATE connector_traffic
   SET next_probe_at = {NOW} + %(seconds)s * INTERVAL '1 second'
 WHERE backend_id = %(backend)s
"""

# Take the next probe, also one whose process died: its lease is over.
# Locks: the row. Index: connector_traffic__backend_uniq.
TAKE_PROBE = f"""
UPDATE connector_traffic
   SET state = 'half_open',
       probe_until = {NOW} + %(lease_s)s * INTERVAL '1 second',
       probe_count = probe_count + 1
 WHERE backend_id = %(backend)s
   AND (state = 'open' OR (state = 'half_open' AND probe_until <= {NOW}))
RETURNING id
"""

# Seconds since the breaker opened, and until the probe of another process counts as
# dead; no row where it is closed. Index: connector_traffic__backend_uniq.
FIND_PROBE = f"""
SELECT extract(epoch FROM {NOW} - opened_at)::float,
       GREATEST(extract(epoch FROM probe_until - {NOW}), 1)::float
  FROM connector_traffic
 WHERE backend_id = %(backend)s AND state <> 'closed'
"""

# Locks: the row. Index: connector_traffic__backend_uniq.
END_PROBE = f"""
UPDATE connector_traffic
   SET state = 'open', probe_until = NULL,
       next_probe_at = {NOW} + %(seconds)s * INTERVAL '1 second',
       last_error_at = {NOW}, last_error = %(error)s
 WHERE backend_id = %(backend)s AND state = 'half_open'
"""

# Locks: the row. Index: connector_traffic__backend_uniq.
CLOSE = f"""
UPDATE connector_traffic
   SET state = 'closed', failure_count = 0, failing_since = NULL, opened_at = NULL,
       closed_at = {NOW}, next_probe_at = NULL, probe_until = NULL
 WHERE backend_id = %(backend)s AND state <> 'closed'
RETURNING id
"""

# The backends whose probe is late by some minutes: its job is gone, or no worker serves
# its channel. A table with a row for each backend.
FIND_LATE = f"""
SELECT backend_id
  FROM connector_traffic
 WHERE state <> 'closed'
   AND COALESCE(probe_until, next_probe_at) < {NOW} - INTERVAL '2 minutes'
"""

# === RATE === #

# Reserve the next turns, unless the first one is too late; return how long to wait for
# it, and for each one after it. Locks: the row. Index: connector_traffic__backend_uniq.
RESERVE = f"""
UPDATE connector_traffic
   SET idle_s = idle_s + GREATEST(extract(
                    epoch FROM {NOW} - GREATEST(free_at, counted_at))::float, 0),
       counted = counted + %(count)s,
       free_at = GREATEST(free_at, {NOW}) + COALESCE(%(count)s / {RATE}, 0)
                                            * INTERVAL '1 second'
 WHERE backend_id = %(backend)s
   AND COALESCE(free_at <= {NOW} + %(most_s)s * INTERVAL '1 second', TRUE)
RETURNING extract(epoch FROM free_at - {NOW})::float - COALESCE(%(count)s / {RATE}, 0),
          COALESCE(1 / {RATE}, 0)
"""

PACE = (
    *("rate", "growth", "grows_at", "settles_at", "settled", "refusals"),
    *("refused_at", "counted", "counted_at", "idle_s", "free_at"),
)
# Locks: the row. Index: connector_traffic__backend_uniq.
LOCK_PACE = f"""
SELECT {NOW}, {", ".join(PACE)}
  FROM connector_traffic
 WHERE backend_id = %(backend)s
   FOR NO KEY UPDATE
"""
_VALUES = ", ".join(f"{name} = %({name})s" for name in PACE)
# Locks: the row, which is ours already. Index: connector_traffic__backend_uniq.
KEEP_PACE = f"UPDATE connector_traffic SET {_VALUES} WHERE backend_id = %(backend)s"
