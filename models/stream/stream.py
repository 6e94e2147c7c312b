# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Streams: flows of records from a backend to Odoo that run by themselves."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exception import InvalidUsageError
from ...flows.declare import EXPORT, IMPORT, Stream, declared_streams
from ...text import did_you_mean
from ..access_guard import framework_context, own_code
from .selection_text import text_of

STREAM = "connector.stream"
CHANGES = "changes"
FULL = "full"
BACKFILL = "backfill"  # beside the others, and does not move the cursor
CHOSEN = "chosen"  # the same, of some ids
NORMAL = (CHANGES, FULL)
OPEN = ("running", "held")  # states of a run that has not ended


class ConnectorStream(models.Model):
    """A flow of records of one model from one backend to Odoo.

    The addon of the connector declares it (``_streams``); when it runs is a setting
    that people change, and that an upgrade leaves alone.
    """

    _name = "connector.stream"
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Stream"
    _order = "backend_id, sequence, id"

    name = fields.Char(required=True, readonly=True)
    slice = fields.Char(
        readonly=True,
        help="The part of the records that is imported here, with a cursor of its own.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="A stream that is not active does not run by itself."
    )
    model = fields.Char(string="Binding Model", required=True, readonly=True)
    state = fields.Selection(
        [("idle", "Idle"), ("running", "Running"), ("held", "Held")],
        required=True,
        default="idle",
        readonly=True,
        copy=False,
        help="A stream is held when a page of it cannot be imported. Correct the "
        "cause, then press Resume.",
    )
    hold_reason = fields.Char(string="Why Held", readonly=True, copy=False)
    interval_minutes = fields.Integer(
        string="Every (Minutes)",
        help="Minutes between two imports of what changed; 0: only by hand.",
    )
    direction = fields.Selection(
        [(IMPORT, "Import"), (EXPORT, "Export")],
        required=True,
        default=IMPORT,
        readonly=True,
        help="Export: all records that are bound are compared with the backend.",
    )
    full_interval_hours = fields.Integer(
        string="Full Refresh Every (Hours)",
        help="Hours between two imports of everything, which also find what was "
        "deleted on the backend; 0: only by hand.",
    )
    next_run_at = fields.Datetime(string="Next Run", copy=False)
    next_full_at = fields.Datetime(string="Next Full Refresh", copy=False)
    last_success_at = fields.Datetime(string="Last Success", readonly=True, copy=False)
    cursor = fields.Char(
        readonly=True,
        copy=False,
        help="Time up to which all changes on the backend are here, in UTC; or the "
        "token that it gave with the last ones.",
    )
    run_ids = fields.One2many("connector.stream.run", "stream_id", readonly=True)

    fingerprint = fields.Char(
        string="Mapping",
        readonly=True,
        copy=False,
        help="Fingerprint of the mapping of the last import. After another one, "
        "everything is read once more.",
    )

    _name_uniq = models.UniqueIndex(
        "(backend_id, name, COALESCE(slice, ''))",
        "The backend has a stream of this name and slice already.",
    )

    # === COMPUTE === #

    @api.depends("name", "slice")
    def _compute_display_name(self):
        for stream in self:
            slice_ = f" ({stream.slice})" if stream.slice else ""
            stream.display_name = f"{stream.name or ''}{slice_}"

    # === ACTIONS === #

    def action_run(self) -> None:
        """Import now what changed."""
        self.check_access("write")
        self._start_all(CHANGES)

    def action_full_refresh(self) -> None:
        """Import everything now, and find what was deleted on the backend."""
        self.check_access("write")
        self._start_all(FULL)

    def action_resume(self) -> None:
        """Go on with streams that are held, from their cursor."""
        self.check_access("write")
        held = self.filtered(lambda one: one.state == "held")
        held._open_runs().filtered(lambda run: run.kind in NORMAL)._give_up()
        held._set({"state": "idle", "hold_reason": False})
        held._start_all(CHANGES)

    # === CRON === #

    @api.model
    def _cron_run(self) -> None:
        """Start the streams that are due, and hold those whose page failed."""
        self._declare_all()
        self.env["connector.stream.run"]._settle_all()
        now = fields.Datetime.now()
        for stream in self.search([("state", "=", "idle")]):
            if kind := stream._kind_due(now):
                stream._start(kind)

    @api.model
    def _declare_all(self) -> None:
        """Create the declared streams that backends do not have yet."""
        for model_name, _label in self._select_backends():
            declared = declared_streams(self.env.registry[model_name])
            if declared:
                # pylint: disable-next=no-search-all
                for backend in self.env[model_name].search([]):
                    self._declare(backend, declared)

    @api.model
    def _declare_of(self, backends) -> None:
        """Create the declared streams of new backends at once.

        Slices that a method finds may be on the backend, whose settings are not
        complete perhaps: the cron creates these.
        """
        declared = {
            name: stream
            for name, stream in declared_streams(type(backends)).items()
            if not isinstance(stream.slices, str)
        }
        for backend in backends.filtered("active") if declared else ():
            # whoever may create the backend need not be a manager of streams
            self.sudo()._declare(backend, declared)

    @api.model
    def _declare(self, backend, declared: dict[str, Stream]) -> None:
        known = self.with_context(active_test=False).search(
            [("backend_id", "=", backend.reference())]
        )
        there = {(one.name, one.slice or "") for one in known}
        missing = [
            (stream, slice_)
            for stream in declared.values()
            for slice_ in stream.slices_of(backend)
            if (stream.name, slice_) not in there
        ]
        if not missing:
            return
        with own_code():
            framework_context(self).create(
                [self._values_of(backend, *one) for one in missing]
            )

    def _values_of(self, backend, stream: Stream, slice_: str) -> dict:
        order = list(declared_streams(type(backend)))
        return {
            "name": stream.name,
            "sequence": 10 * (1 + order.index(stream.name)),
            "backend_id": backend,
            "model": stream.model,
            "direction": stream.direction,
            "slice": slice_ or False,
            "selection": text_of(stream.selection),
            "stale_minutes": _whole(stream.stale_after, timedelta(minutes=1)),
            "interval_minutes": _whole(stream.every, timedelta(minutes=1)),
            "full_interval_hours": _whole(stream.full_every, timedelta(hours=1)),
            "next_run_at": fields.Datetime.now() if stream.every else False,
            "next_full_at": fields.Datetime.now() if stream.full_every else False,
        }

    def _kind_due(self, now) -> str | None:
        """Return which import is due, None where none is, or others come first."""
        backend = self.backend_id.exists()
        if not backend or not backend.active or not self._others_are_done():
            return None
        if self.full_interval_hours and (self.next_full_at or now) <= now:
            return FULL
        if self.interval_minutes and (self.next_run_at or now) <= now:
            return CHANGES
        return None

    def _others_are_done(self) -> bool:
        """Return whether the streams that have to be done before have been."""
        declared = declared_streams(type(self.backend_id)).get(self.name)
        others = self.search(
            [
                ("backend_id", "=", self.backend_id.reference()),
                ("name", "in", list(declared.after) if declared else []),
            ]
        )
        return all(one.last_success_at and one.state == "idle" for one in others)

    # === HELPERS === #

    def _open_runs(self):
        """Return the runs that have not ended, at most one of each stream."""
        return self.env["connector.stream.run"].search(
            [("stream_id", "in", self.ids), ("state", "in", OPEN)]
        )

    def _start_all(self, kind: str) -> None:
        for stream in self:
            if stream.state != "idle":
                raise UserError(
                    self.env._(
                        "Stream %(stream)s of %(backend)s is %(state)s, expected an "
                        "idle one. Wait until it is done, or resume it.",
                        stream=stream.name,
                        backend=stream.backend_id.display_name,
                        state=stream.state,
                    )
                )
            stream._start(kind)

    @api.model
    def _start_of(self, backend, name: str, full: bool):
        """Start a run of a stream of a backend, unless one is open, and return it."""
        declared = declared_streams(type(backend))
        if name not in declared:
            raise InvalidUsageError(
                f"{backend.describe()} has no stream {name!r}."
                f"{did_you_mean(name, declared)} Declare it in _streams."
            )
        self._declare(backend, declared)
        stream = self.with_context(active_test=False).search(
            [("backend_id", "=", backend.reference()), ("name", "=", name)]
        )
        return stream._open_runs() or stream._start(FULL if full else CHANGES)

    def _start(self, kind: str):
        """Start a run of the stream, and return it."""
        run = self._make_run(kind)
        self._set({"state": "running", "hold_reason": False})
        run._delay_page(None)
        return run

    def _make_run(self, kind: str, **values):
        """Return a new run of the stream."""
        with own_code():
            # with elevated rights: nobody makes runs by hand
            runs_sudo = framework_context(self.env["connector.stream.run"].sudo())
            run_sudo = runs_sudo.create({"stream_id": self.id, "kind": kind, **values})
            return run_sudo.with_env(self.env)

    def _scope(self):
        """Return the environment in which the units of the stream work."""
        return self.backend_id._in_flow().get_environment(self.model)

    def _done(self, run) -> None:
        """Note the success of a run, and when the next import is due."""
        now, kind = fields.Datetime.now(), run.kind
        values = {
            "state": "idle",
            "last_success_at": now,
            "fingerprint": run.fingerprint,
        }
        if self.interval_minutes:
            values["next_run_at"] = now + timedelta(minutes=self.interval_minutes)
        if self.full_interval_hours and kind == FULL:
            values["next_full_at"] = now + timedelta(hours=self.full_interval_hours)
        self._set(values)


def _whole(time: timedelta | None, unit: timedelta) -> int:
    """Return a time in whole units, at least one; 0 for no time."""
    return max(1, round(time / unit)) if time else 0
