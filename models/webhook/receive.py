# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Receipt of webhook events: checked, stored and answered, before they are worked.

The controller calls it for each request. An event costs two statements, one to find the
webhook and one to store the event; the workers are woken at most once in ``WINDOW_S``
by each process.
"""

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from threading import Lock
from typing import NamedTuple

import psycopg2

from odoo import api, models
from odoo.modules.registry import Registry

from ...exception import InvalidUsageError
from ...wire.schemes import Hmac, Scheme
from ...wire.webhook import EventFacts, read_event
from .event import state_of
from .webhook import MODEL, hash_token

_logger = logging.getLogger(__name__)

STORED, BAD, UNKNOWN, TOO_LARGE, TOO_MANY = 204, 400, 404, 413, 429
WINDOW_S = 1.0  # between two jobs that hand out events, while some come
TEST = "connector_test"  # the only key of a test event
MOST_WEBHOOKS = 1_000  # whose rates a process knows
TRIES = 3  # to store an event that came twice at once

# connector_webhook. Find the webhook of an address, with its secrets that are valid.
# Locks: none. Indexes: those of token_hash and old_token_hash.
FIND = """
SELECT backend_id, company_id, secret,
       CASE WHEN old_until > now() AT TIME ZONE 'UTC' THEN old_secret END
  FROM connector_webhook
 WHERE active
   AND (token_hash = %(hash)s
        OR (old_token_hash = %(hash)s AND old_until > now() AT TIME ZONE 'UTC'))
"""

# connector_webhook_event. Store an event; one that is there already is stored without
# its content, as a duplicate. Two that come at once raise an error for the second.
# Locks: the new row. Index: connector_webhook_event__event_uniq.
STORE = """
INSERT INTO connector_webhook_event (
    backend_id, company_id, received_at, topic, model, external_id, event_id,
    occurred_at, is_deleted, state, reason, body, headers
)
SELECT %(backend)s, %(company_id)s, clock_timestamp() AT TIME ZONE 'UTC', %(topic)s,
       %(model)s, %(external_id)s, %(event_id)s, %(occurred_at)s, %(is_deleted)s,
       CASE WHEN known.is_there THEN 'duplicate' ELSE %(state)s END, %(reason)s,
       CASE WHEN NOT known.is_there THEN %(body)s END, %(headers)s
  FROM (SELECT EXISTS (
            SELECT FROM connector_webhook_event
             WHERE backend_id = %(backend)s AND event_id = %(event_id)s
               AND state <> 'duplicate'
       )) AS known (is_there)
RETURNING state
"""


class Found(NamedTuple):
    """A webhook, as an event needs it."""

    backend: str  # reference
    company_id: int | None
    secrets: list[str]


class ConnectorWebhook(models.Model):
    """The receipt of events."""

    _inherit = MODEL

    @api.private
    @api.model
    def receive(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Store an event that somebody sent to an address.

        Whoever does not know address and secret learns nothing: both are answered
        alike, after about the same work.

        Args:
            token: of the address.
            headers: by names in any case.
            body: as it was sent.

        Returns:
            The HTTP status of the answer.
        """
        found = self._find_of(token)
        backend = self._backend_of(found)
        scheme = Hmac() if backend is None else backend._webhook_scheme
        secrets = found.secrets if found else []
        now = datetime.now(timezone.utc)
        is_right = scheme.is_right(secrets, headers, body, now)
        if backend is None or not is_right:
            return UNKNOWN
        if len(body) > backend._webhook_max_bytes:
            return TOO_LARGE
        if not rates.take((self.env.cr.dbname, found.backend), backend._webhook_rate):
            return TOO_MANY
        try:
            payload = backend._parse_webhook(body, headers)
            text = body.decode()
        except (ValueError, RecursionError):
            return BAD
        if isinstance(payload, dict) and payload.keys() == {TEST}:
            return STORED
        declared = backend._declared_webhooks()
        topics = backend._webhook_topic
        facts = read_event(declared, topics, scheme, payload, headers)
        names = backend._webhook_headers(declared)
        kept = _kept_headers(names, scheme, headers)
        self._store(found, facts, text.replace("\0", ""), kept)
        return STORED

    # === HELPERS === #

    def _find_of(self, token: str) -> Found | None:
        """Return the webhook of an address."""
        self.env.cr.execute(FIND, {"hash": hash_token(token)})
        row = self.env.cr.fetchone()
        if row is None:
            return None
        backend, company_id, *secrets = row
        return Found(backend, company_id, [one for one in secrets if one])

    def _backend_of(self, found: Found | None):
        """Return the backend of a webhook, without a query; None where there is none.

        A scheme with a secret takes nothing before there is one.
        """
        if found is None:
            return None
        name, _comma, id_ = found.backend.partition(",")
        if name not in self.env:
            return None
        backend = self.env[name].browse(int(id_))
        is_open = found.secrets or not backend._webhook_scheme.needs_secret
        return backend if is_open else None

    def _store(self, found: Found, facts: EventFacts, body: str, kept: str) -> None:
        """Store an event, and have it worked once it is committed."""
        begun = time.monotonic()
        values = {
            "backend": found.backend,
            "company_id": found.company_id,
            "topic": facts.topic or None,
            "model": facts.webhook and facts.webhook.model,
            "external_id": facts.external_id,
            "event_id": facts.event_id,
            "occurred_at": facts.occurred_at,
            "is_deleted": facts.is_deleted,
            "state": state_of(facts),
            "reason": facts.problem or None,
            "body": body,
            "headers": kept,
        }
        # a repeated one, too: who stored the first one may have been killed
        if self._insert(values) in ("received", "duplicate"):
            name = self.env.cr.dbname
            self.env.cr.postcommit.add(partial(wake, name, found.backend, begun))

    def _insert(self, values: dict) -> str:
        """Insert an event; return its state."""
        for left in reversed(range(TRIES)):
            try:
                self.env.cr.execute(STORE, values, log_exceptions=not left)
                break
            except psycopg2.errors.UniqueViolation:
                if not left:
                    raise
            # the same event, at the same time: it takes a newer snapshot to see it
            self.env.cr.rollback()
        return self.env.cr.fetchone()[0]


# === AFTER THE COMMIT === #


class Wakings:
    """When each backend's workers were woken last by this process."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def is_due(self, key: tuple[str, str], begun: float) -> bool:
        """Return whether to wake them for an event, and note that.

        A job that finds events is followed by another one after ``WINDOW_S``. So
        nobody has to wake the workers within that time: what was committed meanwhile
        is seen by that one.

        Args:
            begun: when the storing of the event began, by the monotonic clock.
        """
        with self._lock:
            if time.monotonic() < self._begun.get(key, -WINDOW_S) + WINDOW_S:
                return False
            self._begun[key] = begun
            return True

    def forget(self, key: tuple[str, str]) -> None:
        """Wake them with the next event again."""
        with self._lock:
            self._begun.pop(key, None)


wakings = Wakings()


def wake(db_name: str, reference: str, begun: float) -> None:
    """Delay the job that hands out the events of a backend, unless it was just done.

    The event is committed: whatever goes wrong here, the cron finds it.
    """
    key = db_name, reference
    if not wakings.is_due(key, begun):
        return
    name, _comma, id_ = reference.partition(",")
    # another process has just done so, or a worker takes the job: it sees the event
    taken = psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation
    try:
        with suppress(*taken), Registry(db_name).cursor() as cr:
            env = api.Environment(cr, None, {})  # nobody: it runs as the backend's user
            env[name].browse(int(id_))._delay_webhooks()
    except InvalidUsageError as error:
        _logger.warning("Webhook events of %s wait: %s", reference, error)
    except Exception:  # the event is safe, and has to be answered
        wakings.forget(key)
        _logger.exception("Webhook events of %s wait for the cron.", reference)


# === RATE === #


class Rates:
    """Events that each webhook may still send now, counted by this process."""

    def __init__(self) -> None:
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: tuple[str, str], rate: tuple[float, float]) -> bool:
        """Return whether one more event is within the rate, and count it.

        Args:
            key: of the webhook.
            rate: events in a second, and at once.
        """
        per_second, most = rate
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(key, (most, now))
            left = min(most, left + (now - at) * per_second)
            may = left >= 1
            self._left[key] = (left - 1 if may else left, now)
            if len(self._left) > MOST_WEBHOOKS:
                self._left.popitem(last=False)
        return may


rates = Rates()


def _kept_headers(
    names: set[str], scheme: Scheme, headers: Mapping[str, str]
) -> str | None:
    """Return the headers that are read of an event, as JSON; None for none.

    No signature and no secret is among them.
    """
    if scheme.event_id:
        names = names | {scheme.event_id}
    kept = {name: headers[name] for name in names if headers.get(name)}
    return json.dumps(kept) if kept else None
