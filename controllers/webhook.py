# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Address of webhooks: events of backends are stored, committed and answered."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import NoReturn

import psycopg2
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from odoo import http
from odoo.http import Response, request

from ..wire.webhook import PATH

_logger = logging.getLogger(__name__)

KIND = "connector_webhook"
MAX_BYTES = 10_000_000  # whatever a backend allows
RETRY_S = 30
TEXTS = {404: "Not Found", 400: "Not Readable"}


class WebhookDispatcher(http.HttpDispatcher):
    """Hands over requests as they came.

    Forms are not parsed, as a signature is of the bytes that were sent. Whatever goes
    wrong here is answered by 503: the sender keeps the event, and sends it again.
    """

    routing_type = KIND

    def dispatch(self, endpoint: Callable, args: dict) -> Response:
        """Call the endpoint with what is in the path."""
        self.request.params = dict(args)
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc: Exception) -> HTTPException:
        """Return the answer to a request that could not be served."""
        return exc if isinstance(exc, HTTPException) else _try_later()


class WebhookInbox(http.Controller):
    """The one address of each backend that is sent events."""

    @http.route(
        f"{PATH}<string:token>",
        type=KIND,
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
        max_content_length=MAX_BYTES,
    )
    def receive(self, token):
        """Store an event; 204 once it is committed."""
        asked = request.httprequest
        if (asked.content_length or 0) > MAX_BYTES:
            raise RequestEntityTooLarge()
        webhooks = request.env["connector.webhook"]
        status = webhooks.receive(token, asked.headers, asked.get_data())
        headers = [("Retry-After", str(RETRY_S))] if status == 429 else []
        return Response(
            TEXTS.get(status, ""), status, headers, content_type="text/plain"
        )


def install() -> None:
    """Answer 503 where no database can be reached, or none was chosen.

    Odoo would answer that there is no such address, after which some senders give up;
    or, for the first request after the loss of a connection, that it has a fault.
    """
    for name in ("_post_init", "_serve_db"):
        _wrap(name, _serve_or_later)
    _wrap("_serve_nodb", _serve_later)


def _wrap(name: str, serve: Callable) -> None:
    """Let a function serve our requests in place of a method of Odoo's requests."""
    original = getattr(http.Request, name)
    if getattr(original, "_connector", False):
        return

    @wraps(original)
    def method(self):
        if self.httprequest.path.startswith(PATH):
            return serve(original, self)
        return original(self)

    method._connector = True
    setattr(http.Request, name, method)


def _serve_or_later(original: Callable, asked: http.Request) -> Response | None:
    try:
        return original(asked)
    except psycopg2.Error as error:
        _logger.warning("An event of a webhook is refused for now: %s", error)
        raise _try_later() from error


def _serve_later(_original: Callable, _asked: http.Request) -> NoReturn:
    raise _try_later()


def _try_later() -> ServiceUnavailable:
    return ServiceUnavailable("Try again later.", retry_after=RETRY_S)
