# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of each screen, with its query plans; runs inside our Odoo.

Arguments: how many jobs and how many checkpoints. Prints JSON: of each screen what it
is, the seconds, the queries, the plans, and the tables that were read as a whole.
"""

import json
import sys
import time
from pathlib import Path

from lxml import etree

sys.path.append(str(Path(__file__).parents[1]))

from screens_side.fill import TABLES, fill  # noqa: E402 found there

ROUNDS = 3  # the first one fills the memory of Odoo; the best one counts
PAGE = 80
COUNT_LIMIT = 10_001  # as the web client asks
JOB, CHECKPOINT = "connector.queue.job", "connector.checkpoint"


class Recorder:
    """Keeps the queries that a cursor runs."""

    def __init__(self, cr):
        self.cr = cr
        self.queries = []

    def __enter__(self):
        cls = type(self.cr)
        self.execute = cls.execute
        recorder = self

        def execute(cr, query, params=None, log_exceptions=True):
            result = recorder.execute(cr, query, params, log_exceptions)
            recorder.queries.append(cr._obj.query.decode())
            return result

        cls.execute = execute
        return self

    def __exit__(self, *_error):
        type(self.cr).execute = self.execute


def specification(env, model_name, view_type):
    """Return what a view reads, as the web client makes it of the arch."""
    views = env[model_name].get_views([(False, view_type)])
    arch = etree.fromstring(views["views"][view_type]["arch"])
    return _read_fields(env[model_name], arch)


def _read_fields(model, node):
    found = {}
    for field in node.iterfind(".//field"):
        if any(one.tag == "field" for one in field.iterancestors() if one is not node):
            continue  # of a view inside, see below
        name = field.get("name")
        if name not in model._fields:
            continue
        kind = model._fields[name]
        if kind.type in ("one2many", "many2many"):
            inner = _read_fields(model.env[kind.comodel_name], field)
            found[name] = {"fields": inner or {"display_name": {}}, "limit": 40}
        elif kind.type in ("many2one", "reference"):
            found[name] = {"fields": {"display_name": {}}}
        else:
            found[name] = {}
    return found


def open_list(env, model_name, domain=(), view_type="list"):
    """Return a call that opens a list."""
    fields = specification(env, model_name, view_type)
    return lambda: env[model_name].web_search_read(
        list(domain), fields, limit=PAGE, count_limit=COUNT_LIMIT
    )


def open_form(env, model_name):
    """Return a call that opens the form of the newest record."""
    fields = specification(env, model_name, "form")
    record_id = env[model_name].search([], limit=1).id
    return lambda: env[model_name].browse(record_id).web_read(fields)


def find_screens(env):
    """Return what is measured: pairs of what it is and a call."""
    backend = env["connector.test.backend"].search([], limit=1).reference()
    screens = [("jobs: list", open_list(env, JOB))]
    for state in ("waiting", "pending", "enqueued", "failed", "done", "cancelled"):
        domain = [("state", "=", state)]
        screens.append((f"jobs: list of the {state}", open_list(env, JOB, domain)))
    failed = [("state", "=", "failed"), ("backend_id", "=", backend)]
    need_review = [("state", "=", "need_review")]
    overview = env["connector.overview"]
    return [
        *screens,
        ("jobs: list of failed of a backend", open_list(env, JOB, failed)),
        ("jobs: form", open_form(env, JOB)),
        ("checkpoints: list", open_list(env, CHECKPOINT)),
        ("checkpoints: list of open ones", open_list(env, CHECKPOINT, need_review)),
        ("checkpoints: form", open_form(env, CHECKPOINT)),
        ("channels: list", open_list(env, "connector.queue.channel")),
        ("overview: figures", overview.read_cards),
        ("overview: last day by hour", overview.read_hours),
        ("metrics", env["connector.monitor"]._read_metrics),
        ("health", env["connector.monitor"]._read_health),
    ]


def find_whole(lines):
    """Yield the tables that a plan reads from end to end.

    A scan right below a limit is none: it ends with the last row that is asked for.
    """
    for number, line in enumerate(lines):
        table = line.partition("Seq Scan on ")[2].split(" ")[0]
        if table in TABLES and "Limit" not in lines[max(number - 1, 0)]:
            yield table


def measure(env, what, call):
    """Return how long a screen takes at best, and how it is answered."""
    seconds = []
    for _round in range(ROUNDS):
        env.invalidate_all()
        with Recorder(env.cr) as recorder:
            start = time.perf_counter()
            call()
            env.flush_all()
            seconds.append(time.perf_counter() - start)
    plans, whole = [], set()
    for query in dict.fromkeys(recorder.queries):
        if not any(table in query for table in TABLES) or "SELECT" not in query:
            continue
        env.cr.execute("EXPLAIN (COSTS OFF) " + query.replace("%", "%%"), ())
        lines = [line for (line,) in env.cr.fetchall()]
        plans += [*lines, ""]
        whole |= set(find_whole(lines))
    return {
        "what": what,
        "seconds": min(seconds),
        "queries": len(recorder.queries),
        "plans": plans,
        "whole": sorted(whole),
    }


jobs, checkpoints = map(int, sys.argv[1:])
fill(env, jobs, checkpoints)  # noqa: F821 given by what runs this file
env = env(user=env.ref("base.user_admin").id)  # noqa: F821
print(json.dumps([measure(env, *screen) for screen in find_screens(env)]))
