# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A claimed job: its call, user, context and environment."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import api
from odoo.sql_db import Cursor

from ...exception import FailedJobError
from ...session import ConnectorSession
from ..delay.caller import DEFAULT_LANG, find_lang
from ..delay.codec import has_model
from ..delay.registry import existing, require_job_function, require_job_method


@dataclass
class ClaimedJob:
    """A claimed job, with all that a worker needs to run it."""

    id: int
    uuid: str
    func_name: str
    method_name: str | None
    model_name: str | None
    channel_id: int
    payload: object
    payload_version: int
    user_id: int
    company_id: int | None
    context: dict
    retry: int
    max_retries: int
    attempt: int
    date_enqueued: datetime
    concurrency_key: str | None = None
    has_edges: bool = False  # other jobs wait for it
    timeout: float | None = None  # seconds; None for no limit
    is_user_active: bool = True
    signals: list[int] = field(default_factory=list)  # of Odoo, at the claim
    is_limited: bool = False  # its channel, or a channel above, has limits
    func: Callable | None = None
    date_started: datetime | None = None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    _claimed_at: float = field(default_factory=time.monotonic)

    @classmethod
    def from_row(cls, row: dict) -> "ClaimedJob":
        """Build the job from a row of the claim."""
        return cls(**{**row, "context": json.loads(row["context"] or "{}")})

    def now(self) -> datetime:
        """Return the time by the database's clock, extrapolated from the claim."""
        seconds = time.monotonic() - self._claimed_at
        return self.date_enqueued + timedelta(seconds=seconds)

    def run_context(self) -> dict:
        """Return the context the job runs in: its user's, and its uuid."""
        context = dict(self.context, job_uuid=self.uuid)
        if self.company_id:
            others = context.get("allowed_company_ids") or []
            context["allowed_company_ids"] = [
                self.company_id,
                *(one for one in others if one != self.company_id),
            ]
        return context

    def open_env(self, cr: Cursor) -> api.Environment:
        """Return the environment the job runs in.

        Its language is that of the caller if it is still active, else of the user.
        """
        env = api.Environment(cr, self.user_id, self.run_context())
        if not self.is_user_active:  # without a user there is no language
            return env
        lang = find_lang(env)
        if lang == env.context.get("lang", DEFAULT_LANG):
            return env  # unchanged: a new environment costs time
        return env(context={**env.context, "lang": lang})

    def perform(self, session: ConnectorSession):
        """Run the function in a session of the job's user; return its result.

        Raises:
            FailedJobError: the function is gone, is no job, or its addon is not
                installed; records are gone; or the user cannot log in any more.
            NothingToDoJob: all records are gone, and ``on_missing`` is ``done``.
        """
        if not self.is_user_active:
            raise FailedJobError(
                f"Cannot run {self.func_name} as user {self.user_id}: the user is "
                "archived or deleted. Let a Connector Manager take the job over, or "
                "another user delay it again."
            )
        if self.method_name:
            records, *args = self.args
            self.func = require_job_method(records, self.method_name)
            records = existing(records, self.func, self.func_name)
            return getattr(records, self.method_name)(*args, **self.kwargs)
        self.func = require_job_function(self.func_name, session)
        args = self.args
        if has_model(self.model_name, self.payload_version):
            args = (self.model_name, *args)
        return self.func(session, *args, **self.kwargs)
