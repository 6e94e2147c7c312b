# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whereabouts of a record: what is known of an external id, in one search.

"Where is order 100123?" It may be here, rejected, skipped, not delivered, deleted,
about to be imported by a job, or under review. Users see what they may read.
"""

from collections.abc import Iterator

from odoo import api, models
from odoo.fields import Domain

from ..binding import EXTERNAL_BINDING

LIMIT = 20  # records of each kind
MAX_INTEGER = 2**31 - 1  # of a column
OVER = ("done", "cancelled")
REJECTED = "connector.rejected"
JOB = "connector.queue.job"
CHECKPOINT = "connector.checkpoint"
TOMBSTONE = "connector.tombstone"
EVENT = "connector.webhook.event"


class ConnectorOverview(models.AbstractModel):
    """The search of the overview."""

    _inherit = "connector.overview"

    # === ACTIONS === #

    @api.model
    def find_external_id(self, text: str) -> list[dict]:
        """Return what is known of the records with an external id.

        Args:
            text: the id on the backend, as a whole.

        Returns:
            Of each find ``model`` and ``id`` of the record to open, its ``name``, the
            ``kind`` of find for people, and a ``note`` on it.
        """
        self._check_viewer()
        external_id = str(text or "").strip()
        if not external_id:
            return []
        return [
            *self._find_bindings(external_id),
            *self._find_rejected(external_id),
            *self._find_tombstones(external_id),
            *self._find_events(external_id),
            *self._find_jobs(external_id),
            *self._find_open_checkpoints(external_id),
        ]

    # === HELPERS === #

    def _find_bindings(self, external_id: str) -> Iterator[dict]:
        names = self.env.registry.descendants([EXTERNAL_BINDING], "_inherit")
        for name in sorted(names):
            model = self.env[name]
            field = model._fields.get("external_id")
            if model._abstract or not (field and field.store):
                continue
            if not model.has_access("read"):
                continue
            value = _as_stored(field, external_id)
            if value is None:
                continue
            domain = [("external_id", "=", value)]
            found = model.with_context(active_test=False).search(domain, limit=LIMIT)
            for binding in found:
                yield self._hit(binding, self.env._("Here"), self._note_of(binding))

    def _note_of(self, binding) -> str:
        """Return what a binding says of its last import."""
        fields = binding._fields
        parts = [binding._description]
        if "backend_id" in fields and binding.backend_id:
            parts.append(binding.backend_id.display_name)
        if "sync_date" in fields and binding.sync_date:
            parts.append(self.env._("synchronized %(at)s UTC", at=binding.sync_date))
        return ", ".join(parts)

    def _find_rejected(self, external_id: str) -> Iterator[dict]:
        rows = self._search(REJECTED, Domain("external_id", "=", external_id))
        labels = dict(rows._fields["kind"]._description_selection(self.env))
        for row in rows:
            kind = labels[row.kind]
            if row.closed_at:
                kind = self.env._("Earlier: %(kind)s", kind=kind)
            yield self._hit(row, kind, row.reason or "")

    def _find_tombstones(self, external_id: str) -> Iterator[dict]:
        if TOMBSTONE not in self.env:
            return
        domain = Domain("external_id", "=", external_id)
        for tombstone in self._search(TOMBSTONE, domain):
            kind = self.env._("Deleted Here")
            yield self._hit(tombstone, kind, tombstone._description)

    def _find_events(self, external_id: str) -> Iterator[dict]:
        """Return the webhook events of the record."""
        events = self._search(EVENT, Domain("external_id", "=", external_id))
        labels = dict(events._fields["state"]._description_selection(self.env))
        for event in events:
            kind = self.env._("Webhook Event")
            yield self._hit(event, kind, f"{event.topic}: {labels[event.state]}")

    def _find_jobs(self, external_id: str) -> Iterator[dict]:
        """Return the jobs that import the record and are not over."""
        is_key = Domain("identity_key", "=like", f"import % {_escaped(external_id)}")
        is_open = Domain("state", "not in", OVER)
        labels = dict(self.env[JOB]._fields["state"]._description_selection(self.env))
        for job in self._search(JOB, is_open & is_key):
            yield self._hit(job, self.env._("Job"), labels[job.state])

    def _find_open_checkpoints(self, external_id: str) -> Iterator[dict]:
        is_open = Domain("state", "=", "need_review")
        is_named = Domain("message", "=like", f"%{_escaped(external_id)}%")
        for checkpoint in self._search(CHECKPOINT, is_open & is_named):
            yield self._hit(checkpoint, self.env._("Checkpoint"), "")

    def _search(self, model_name: str, domain: Domain):
        """Return the newest records of a model that the user may read."""
        model = self.env[model_name]
        if not model.has_access("read"):
            return model
        return model.search(domain, limit=LIMIT, order="id desc")

    def _hit(self, record, kind: str, note: str) -> dict:
        return {
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "kind": kind,
            "note": note,
        }


def _as_stored(field, external_id: str) -> str | int | None:
    """Return an id as a field stores it, None where it cannot be one of it."""
    if field.type != "integer":
        return external_id
    is_number = external_id.isdecimal() and int(external_id) <= MAX_INTEGER
    return int(external_id) if is_number else None


def _escaped(text: str) -> str:
    """Return a text as it stands in a pattern of LIKE."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
