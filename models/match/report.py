# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Match reports of streams: what a first import would bind, create and leave."""

from odoo import api, models
from odoo.exceptions import UserError

from ...flows.binding_declare import match_keys, wrapped_model
from ...flows.importing.candidates import ONLY_HERE
from ..access_guard import framework_context, own_code

BATCH = 1000  # rows that are created together


class ConnectorMatch(models.Model):
    """The rows of a report."""

    _inherit = "connector.match"

    @api.model
    def _begin_report(self, backend, model_name: str) -> None:
        """Delete the rows of the report before, besides what people decided."""
        matches_sudo = self.sudo()  # what a report wrote, the next one replaces
        old = matches_sudo.search(
            self._domain_of(backend, model_name) + [("decision", "=", False)]
        )
        asked = self._asked(old)
        (old - asked).unlink()

    @api.model
    def _asked(self, matches):
        """Return the matches that an open checkpoint is about."""
        checkpoints_sudo = self.env["connector.checkpoint"].sudo()  # ids only
        found = checkpoints_sudo.search_fetch(
            [
                ("model", "=", self._name),
                ("record_id", "in", matches.ids),
                ("state", "=", "need_review"),
            ],
            ["record_id"],
        )
        return matches.browse(found.mapped("record_id"))

    @api.model
    def _end_report(self, backend, model_name: str, ids: list[int]) -> None:
        """Add the records here that none there was found for."""
        taken = self.sudo().search_fetch(  # a report is read by its rows only
            self._domain_of(backend, model_name), ["record_id", "candidate_ids"]
        )
        known = {one.record_id for one in taken}
        known.update(id_ for one in taken for id_ in one.candidate_ids or ())
        fixed = {
            "backend_id": backend,
            "model": model_name,
            "record_model": wrapped_model(self.env.registry[model_name]),
            "outcome": ONLY_HERE,
        }
        rows = [{**fixed, "record_id": id_} for id_ in ids if id_ not in known]
        for start in range(0, len(rows), BATCH):
            with own_code():
                framework_context(self.sudo()).create(rows[start : start + BATCH])


class ConnectorStream(models.Model):
    """The button that makes a report."""

    _inherit = "connector.stream"

    def action_match_report(self) -> dict:
        """Compare what is there with what is here; nothing but the report changes."""
        self.check_access("write")
        self.ensure_one()
        model_class = self.env.registry.get(self.model)
        backend = self.backend_id
        if model_class is None or not match_keys(model_class):
            raise UserError(
                self.env._(
                    "Stream %(stream)s has no match keys: records of %(model)s are "
                    "found by their external IDs only. The connector declares match "
                    "keys as _match on that model.",
                    stream=self.name,
                    model=self.model,
                )
            )
        key = f"match report {backend.reference()} {self.model}"
        # a manager of connectors may have no right on the backends themselves
        backend.sudo().delayed(identity_key=key).report_matches(self.model)
        return self.action_open_matches()

    def action_open_matches(self) -> dict:
        """Show the last report of the stream."""
        self.env["connector.match"].check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_match_action"
        )
        domain = self.env["connector.match"]._domain_of(self.backend_id, self.model)
        return {**action, "domain": domain, "context": {"search_default_outcome": 1}}
