# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Comparison of the two versions of a conflict, line by line."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from markupsafe import Markup

from odoo import api, fields, models

# A changed line is coloured and marked by a sign, for readers without colours.
ROW = Markup("<tr>{}</tr>")
SAME = Markup('<td class="font-monospace text-break">{}</td>')
CHANGED = Markup('<td class="font-monospace text-break table-warning">≠ {}</td>')
TABLE = Markup(
    '<table class="table table-sm table-bordered w-100 o_connector_versions">'
    "<thead><tr><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table>"
)


class ConnectorCheckpoint(models.Model):
    """Both versions of a conflict, side by side."""

    _inherit = "connector.checkpoint"

    odoo_version = fields.Text(string="Version in Odoo")
    external_version = fields.Text(string="Version on the Backend")
    versions = fields.Html(
        string="Both Versions", compute="_compute_versions", sanitize=False
    )

    # === COMPUTE === #

    @api.depends("odoo_version", "external_version", "backend_name")
    def _compute_versions(self):
        for checkpoint in self:
            ours, theirs = checkpoint.odoo_version, checkpoint.external_version
            checkpoint.versions = (ours or theirs) and TABLE.format(
                self.env._("Odoo"),
                checkpoint.backend_name,
                Markup("").join(_rows(ours or "", theirs or "")),
            )


def _rows(ours: str, theirs: str) -> Iterator[Markup]:
    """Yield the rows of a table in which equal lines stand beside each other."""
    left, right = ours.splitlines(), theirs.splitlines()
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        cell = SAME if kind == "equal" else CHANGED
        for pair in zip_longest(left[i1:i2], right[j1:j2]):
            yield ROW.format(Markup("").join(_cell(cell, line) for line in pair))


def _cell(cell: Markup, line: str | None) -> Markup:
    """Return a cell that keeps the indentation of JSON."""
    return SAME.format("") if line is None else cell.format(line.replace(" ", "\xa0"))
