# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every SQL statement of the engine.

Statements marked *job* run in the transaction of a job (or of the code that delays
one), on an Odoo cursor at REPEATABLE READ. All others run on a connection of the
worker, at READ COMMITTED and in autocommit. Times are naive UTC, as Odoo stores them.

A job has a worker if and only if it is enqueued (a CHECK of the table), so a statement
on one job that names the worker names the state it leaves. It says IS NOT DISTINCT
FROM, which no index serves: the one on the jobs a worker holds would be walked through
the dead entries of all the jobs that it has finished.
"""

from psycopg2.errors import InvalidFunctionDefinition

from .admission import (
    Admitted,
    admit,
    drop_admission,
    find_admission,
    find_identity,
    find_incomplete,
    judge,
    make_admission,
    read_standing,
    withdraw,
)
from .attempt import (
    MAKE_FINISH,
    Outage,
    clean_session,
    count_conflicts,
    fence,
    find_outage,
    find_stop_request,
    finish,
    is_cancelled,
    is_held,
    request_stop,
    send_finish,
    settle,
    write_progress,
)
from .burst import (
    announce_burst,
    count_ever_delayed,
    drop_burst,
    make_burst,
)
from .channel import (
    count_taken,
    count_unfinished,
    drop_channels,
    find_closed,
    find_limited,
    find_names,
    find_served,
    is_order_blocked,
    lock_limits,
    make_channel_guard,
    note_start,
)
from .claim import (
    MAKE_CLAIM,
    MAKE_CLAIM_LIMITED,
    claim_jobs,
    claim_limited_job,
    has_ready_job,
    known_signals,
    release_jobs,
    set_aside,
)
from .delay import (
    Inserted,
    bound_etas,
    insert_jobs,
    move_jobs,
    read_clock,
    rewrite,
    wake,
)
from .edge import (
    MAKE_MARK,
    MAKE_UNBLOCK,
    Unblocked,
    insert_edges,
    reopen_edges,
    unblock_all,
    unblock_children,
)
from .function import (
    drop_functions,
)
from .identity import (
    find_identical,
    find_in_states,
    lock_identical,
    replace_identical,
    replace_payload,
)
from .liveness import (
    BOUND,
    Addons,
    beat,
    call_cron,
    commit_later,
    delete_dead_workers,
    delete_worker,
    find_live_workers,
    find_session,
    has_lasting_worker,
    insert_worker,
    is_database,
    listen,
    read_addon,
    read_addons,
    recover_jobs,
    terminate_backends,
    trigger_cron,
)
from .maintenance import (
    delete_old,
    forget,
)
from .notice import (
    count_notes,
    find_orphans,
    find_unreported,
    report_one_by_one,
    report_together,
)
from .overview import (
    count_by_backend,
    count_by_hour,
    count_channels,
    count_ever,
    count_failed,
    count_running,
    count_workers,
    find_channels,
)
from .ready import (
    HOLD_ETA,
    HOLD_KEY,
    MAKE_PROMOTE,
    next_ready_s,
    promote,
)
from .screens import (
    ACTIVITY,
    COUNT_LIMIT,
    ChannelCount,
    Excerpt,
    Waiting,
    count_by_channel,
    find_changing,
    find_edges,
    find_graph,
    find_lost_channels,
    find_processes,
    find_ready_channels,
    find_waiting,
    read_attempt_starts,
    read_attempt_texts,
    read_job_starts,
    read_job_texts,
)
from .seal import (
    drop_seal,
    make_seal,
    make_seal_functions,
    seal_jobs,
    take_over,
)

MAKE_FUNCTIONS = ";".join(
    [
        MAKE_PROMOTE,
        MAKE_CLAIM,
        MAKE_CLAIM_LIMITED,
        MAKE_FINISH,
        MAKE_MARK,
        MAKE_UNBLOCK,
    ]
)


def make_functions(cr) -> None:
    """Recreate the database functions of the hot path, with the seal of jobs.

    Replaced in place if possible: a worker may be about to call them.
    """
    make_seal(cr)
    try:
        with cr.savepoint():
            cr.execute(MAKE_FUNCTIONS, log_exceptions=False)
    except InvalidFunctionDefinition:  # their result type changed
        drop_functions(cr)
        cr.execute(MAKE_FUNCTIONS)
    make_seal_functions(cr)
