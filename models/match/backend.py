# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Matches of a backend: questions to a person, their decisions, the report's pages."""

from odoo import api, models

from ...flows.importing.candidates import Candidates, Decision
from ...flows.importing.match_report import MatchReport
from ...queue.job import job
from .match import LINK


class ConnectorBackend(models.AbstractModel):
    """What imports ask and learn about records that may be here already."""

    _inherit = "connector.backend"

    # === CRUD === #

    def unlink(self):
        """Delete backends, and the matches with them."""
        references = [backend.reference() for backend in self]
        result = super().unlink()
        matches_sudo = self.env["connector.match"].sudo()  # of a backend that is gone
        matches_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === JOBS === #

    @api.private
    @job
    def report_matches(self, model_name: str, state: object = None) -> str:
        """Compare one page with the records here, and delay the job of the next one.

        Nothing but the report is changed.

        Args:
            model_name: binding model.
            state: where the page is, as the adapter returned it; None begins.

        Returns:
            How many records of the page were matched, are ambiguous, or only there.
        """
        scope = self._in_flow().get_environment(model_name)
        report = MatchReport(scope)
        matches = self.env["connector.match"]
        if state is None:
            matches._begin_report(self, model_name)
        rows, next_state = report.read_page(state)
        matches._store(self, model_name, rows)
        if next_state is not None:
            self.delayed().report_matches(model_name, next_state)
        else:
            matches._end_report(self, model_name, report.only_here())
        return report.summary(rows)

    # === HELPERS === #

    def _match_decisions(self, model_name: str, external_ids: list[str]) -> dict:
        """Return what people decided about records of the backend, by external id."""
        matches_sudo = self.env["connector.match"].sudo()  # the import does it
        found = matches_sudo.search(
            matches_sudo._domain_of(self, model_name)
            + [("external_id", "in", external_ids), ("decision", "!=", False)]
        )
        return {
            one.external_id: Decision(one.record_id if one.decision == LINK else None)
            for one in found
        }

    def _ask_match(
        self, model_name: str, external_id: str, candidates: Candidates, reason: str
    ) -> None:
        """Add a checkpoint that lets a person choose among the candidates."""
        row = {
            "external_id": external_id,
            "outcome": candidates.outcome,
            "candidate_ids": candidates.ids,
            "reason": reason,
        }
        match = self.env["connector.match"]._store(self, model_name, [row])
        self.add_checkpoint(
            match._name,
            match.id,
            self.env._(
                "%(model)s %(external_id)s was not imported: %(reason)s",
                model=self.env[model_name]._description,
                external_id=external_id,
                reason=reason,
            ),
            reason="duplicate",
        )
