# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Events of a sync: an item was created or updated."""

from collections.abc import Iterable, Sequence
from typing import Any

from odoo import api

from ...event import Event
from ...session import ConnectorSession
from .description import ODOO, Route
from .pending_links import KnownRef


class SyncEvent(Event):
    """An event of one item of a sync."""

    def _holds_true(
        self, session: ConnectorSession, model_name: str, args: Sequence[Any]
    ) -> bool:
        """Tell whether the record, if any, was committed."""
        _relation, refs = args
        if ODOO not in refs:
            return True
        return bool(session.env[model_name].browse(refs[ODOO]).exists())


on_sync_create = SyncEvent()
"""``consumer(session, model_name, relation, refs)``, for each item that was created.

``refs`` has the ref of both systems by their names: that of ``"odoo"`` is the id of a
record of ``model_name``, which is empty where both systems are other ones. The links of
all items of the chunk are written.
"""

on_sync_update = SyncEvent()
"""``consumer(session, model_name, relation, refs)``, for each item that was updated."""


def tell(
    env: api.Environment,
    route: Route,
    event: SyncEvent,
    known_refs: Iterable[KnownRef],
) -> None:
    """Fire an event for each link of some refs."""
    has_consumer: dict[str, bool] = {}
    for known in known_refs:
        for link in known.links:
            model = known.model or link.side.model
            if model not in has_consumer:
                has_consumer[model] = event.has_consumer_in(env.registry, model)
            if has_consumer[model]:
                refs = {route.source: known.ref, route.target: link.side.ref}
                session = ConnectorSession.from_env(env)
                event.fire(session, model, route.relation, refs)
