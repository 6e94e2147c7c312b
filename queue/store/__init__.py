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
    DROP_ADMISSION,
    MAKE_ADMISSION,
    Admitted,
    admit,
    find_admission,
    find_identity,
    find_incomplete,
    judge,
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
from .burst import DROP_BURST, MAKE_BURST, announce_burst, count_ever_delayed
from .channel import (
    DROP_CHANNELS,
    count_taken,
    count_unfinished,
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
    insert_edges,
    reopen_edges,
    unblock_all,
    unblock_children,
)
from .function import drop_functions
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
    LiveWorker,
    beat,
    call_cron,
    commit_later,
    delete_dead_workers,
    delete_worker,
    find_live_workers,
    find_session,
    find_workers,
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
from .maintenance import delete_old, forget
from .notice import (
    count_notes,
    find_orphans,
    find_unreported,
    report_one_by_one,
    report_together,
)
from .outage import end_wait, move_jobs_of_backend
from .overview import (
    ChannelFigures,
    count_by_backend,
    count_by_hour,
    count_channels,
    count_ever,
    count_failed,
    count_running,
    find_channels,
    longest_wait,
)
from .ready import (
    HOLD_ETA,
    MAKE_PROMOTE,
    next_ready_s,
    promote,
)
from .screens import (
    ACTIVITY,
    COUNT_LIMIT,
    Excerpt,
    find_changing,
    find_edges,
    find_graph,
    find_lost_channels,
    read_excerpts,
    read_starts,
)
from .seal import DROP_SEAL, make_seal, make_seal_functions, seal_jobs, take_over

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
MAKE_OTHERS = f"{MAKE_BURST}; {MAKE_ADMISSION}"
DROP_OBJECTS = ";".join([DROP_ADMISSION, DROP_CHANNELS, DROP_BURST, DROP_SEAL])


def make_objects(cr) -> None:
    """Recreate the database objects without model: functions, seal and the rest.

    Functions are replaced in place if possible: a worker may be about to call them.
    """
    cr.execute(MAKE_OTHERS)
    make_seal(cr)
    try:
        with cr.savepoint():
            cr.execute(MAKE_FUNCTIONS, log_exceptions=False)
    except InvalidFunctionDefinition:  # their result type changed
        drop_functions(cr)
        cr.execute(MAKE_FUNCTIONS)
    make_seal_functions(cr)


def drop_objects(cr) -> None:
    """Drop what Odoo does not know, and what would stop it, for an uninstallation."""
    cr.execute(DROP_OBJECTS)
    drop_functions(cr)
