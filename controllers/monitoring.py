# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics endpoints for monitoring systems."""

import hmac
import json
import math

from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized

from odoo import http
from odoo.http import request

from .prometheus_text import CONTENT_TYPE, metrics_text

OK, UNAVAILABLE = 200, 503
LIMITS = {  # of the health, with what is expected
    "max_wait_s": "a number of seconds such as 300",
    "max_failed": "a number of jobs such as 100",
    "max_paused_s": "a number of seconds such as 3600",
}
MOST = 1e9  # of a limit: what is more is none
FOR_MACHINES = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "save_session": False,
    "sitemap": False,
}


class Monitoring(http.Controller):
    """Health and metrics of the database of the request."""

    @http.route("/connector/health", **FOR_MACHINES)
    def health(self, **parameters):
        """Return 200 while jobs run as they should, else 503 with the reasons."""
        _check_token()
        limits = {
            name: _read_limit(name, parameters[name])
            for name in LIMITS
            if name in parameters
        }
        answer = _monitor()._read_health(**limits)
        status = UNAVAILABLE if answer["status"] == "fail" else OK
        return _answer(json.dumps(answer), "application/json", status)

    @http.route("/connector/metrics", **FOR_MACHINES)
    def metrics(self, **_parameters):
        """Return the metrics in the text format of Prometheus."""
        _check_token()
        return _answer(metrics_text(_monitor()._read_metrics()), CONTENT_TYPE, OK)


def _monitor():
    # the token gives access to counts, and to the names of channels and backends
    return request.env["connector.monitor"].sudo()


def _answer(body: str, content_type: str, status: int):
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
    return request.make_response(body, headers, status=status)


def _check_token() -> None:
    """Reject requests without the token; 404 when no token is set."""
    token = _monitor()._token()
    if not token:
        raise NotFound()
    if not hmac.compare_digest(_given_token().encode(), token.encode()):
        raise _unauthorized()


def _given_token() -> str:
    kind, _space, token = request.httprequest.headers.get(
        "Authorization", ""
    ).partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return request.httprequest.args.get("token", "")


def _unauthorized() -> HTTPException:
    response = Unauthorized().get_response()
    response.headers["WWW-Authenticate"] = "Bearer"
    return Unauthorized(response=response)


def _read_limit(name: str, text: str) -> float:
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not 0 <= limit <= MOST:
        raise BadRequest(f"{name} is {text!r}, expected {LIMITS[name]}.")
    return limit
