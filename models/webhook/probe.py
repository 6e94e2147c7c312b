# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test of a webhook: an event to its own address, and what the answer means."""

import json
from datetime import datetime, timezone
from secrets import token_hex

from odoo import models
from odoo.exceptions import UserError

from ...wire.webhook_probe import Probed, probe
from .receive import STORED, TEST, UNKNOWN
from .webhook import MODEL


class ConnectorWebhook(models.Model):
    """The test of a webhook."""

    _inherit = MODEL

    # === HELPERS === #

    def _send_test(self) -> tuple[bool, str]:
        """Send a test event as the backend would; return whether it was taken."""
        scheme = self.backend_id._webhook_scheme
        if self.is_secret_needed and not self.secret:
            raise UserError(
                self.env._(
                    "The webhook of %(name)s has no secret. Enter the one that the "
                    "backend shows; or press Rotate Secret, and enter the new one "
                    "there.",
                    name=self.name,
                )
            )
        mark = token_hex(8)
        body = json.dumps({TEST: mark}).encode()
        now = datetime.now(timezone.utc)
        headers = scheme.sign(self.secret or "", body, mark, now)
        probed = probe(self.address, headers, body)
        return probed.status == STORED, self._describe_test(probed)

    def _describe_test(self, probed: Probed) -> str:
        """Return what a test found, and what to do."""
        values = {"address": self.address, "status": probed.status, "ms": probed.ms}
        if probed.error:
            return self.env._(
                "No answer from %(address)s: %(error)s. Correct the system parameter "
                "web.base.url, or have the address reach this server.",
                error=probed.error,
                **values,
            )
        if probed.status != STORED:
            return self._describe_wrong(probed, values)
        if probed.is_private:
            return self.env._(
                "The address answers, in %(ms)s ms. It is in a private network: a "
                "backend outside cannot reach it, and some drop such addresses without "
                "saying so.",
                **values,
            )
        return self.env._("The address answers, in %(ms)s ms.", **values)

    def _describe_wrong(self, probed: Probed, values: dict) -> str:
        """Return what an answer means that is not ours."""
        if probed.location:
            return self.env._(
                "%(address)s answered %(status)s and leads to %(location)s; no sender "
                "follows that. Correct the system parameter web.base.url: many servers "
                "lead from http to https.",
                location=probed.location,
                **values,
            )
        if probed.status == UNKNOWN or probed.status >= 500:
            return self.env._(
                "%(address)s answered %(status)s, expected 204. The request reached "
                "another database, or none: a server of several databases finds the "
                "right one by the host name only. Start it with -d, or set dbfilter.",
                **values,
            )
        return self.env._(
            "%(address)s answered %(status)s, expected 204. Look in what stands "
            "before this server, such as a proxy.",
            **values,
        )
