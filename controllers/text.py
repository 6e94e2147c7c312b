# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Download of the long texts of jobs and attempts, of which forms show a part."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

TEXTS = {  # the fields of each model that may be downloaded
    "connector.queue.job": ("result", "exc_info"),
    "connector.queue.attempt": ("message", "exc_info"),
}


class TextDownload(http.Controller):
    """Whole texts, for users who may read the record."""

    @http.route(
        "/connector/text/<string:model>/<int:record_id>/<string:field>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def text(self, model, record_id, field, **_parameters):
        """Return a text as a file; 404 also where the user may not read it."""
        text = _find_text(model, record_id, field)
        if not text:
            raise NotFound()
        name = f"{model.rpartition('.')[2]}-{record_id}-{field}.txt"
        headers = [
            # never shown: a text may hold anything, HTML as well
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(text, headers)


def _find_text(model: str, record_id: int, field: str) -> str | bool:
    if field not in TEXTS.get(model, ()):
        return False
    record = request.env[model].browse(record_id).exists()
    try:
        record.check_access("read")
    except AccessError:
        return False
    return record[field]
