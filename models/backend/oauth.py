# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access token of a backend: given by OAuth 2 or a login, shared by all processes."""

from dataclasses import replace
from datetime import datetime

from psycopg2.errors import LockNotAvailable

from odoo import fields, models
from odoo.tools import SQL

from ...exception import (
    FailedJobError,
    InvalidDataError,
    NotSentError,
    RetryableJobError,
    message_of,
)
from ...fields.login import LoginSecret, LoginText, LoginTime
from ...flows.exporting.own_transaction import own_transaction
from ...secret import known_secrets
from ...wire.access_token import AccessToken, TokenAuth, TokenLogin
from ...wire.client import HttpClient, Login

TOKEN_FIELDS = ("access_token", "token_until", "refresh_token")
LOCK_WAIT_S = 60  # for another process that renews the token: as long as it may take

# Wait until no other process renews the token of a backend. Locks: an advisory one,
# until the end of the transaction.
TAKE_TURN = """
SELECT set_config('lock_timeout', %(wait_s)s || 's', true),
       pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))
"""
# Keep others from changing the row while the token server answers. Locks: the row.
# Index: the primary key.
LOCK_ROW = "SELECT 1 FROM %s WHERE id = %s FOR NO KEY UPDATE"


class ConnectorBackendHttp(models.AbstractModel):
    """The token of a backend, renewed where it ended or is refused."""

    _inherit = "connector.backend.http"

    client_id = LoginText(
        string="Client ID", help="Name of this client at the token server."
    )
    client_secret = LoginSecret(help="Secret of this client at the token server.")
    refresh_token = LoginSecret(
        help="Text that asks for access tokens; the authorization over there gave it."
    )
    access_token = LoginSecret(
        readonly=True, help="Token of the login, given by the token server for a time."
    )
    token_until = LoginTime(
        string="Token Valid Until",
        readonly=True,
        copy=False,
        help="When the access token ends; empty where the token server did not say.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write; the token of another account is not used any more."""
        is_given = isinstance(self._auth, TokenAuth) and "access_token" not in vals
        if is_given and self._auth.account_fields() & vals.keys():
            vals = {**vals, "access_token": False, "token_until": False}
        return super().write(vals)

    # === HELPERS === #

    def _http_login(self) -> Login:
        """Return how requests log in: with a token that is renewed, where it ends."""
        login = super()._http_login()
        if not isinstance(self._auth, TokenAuth):
            return login
        token = TokenLogin(self._known_token(), self._renew_token, _now)
        return replace(login, values=token.values, refresh=token.refresh)

    def _known_token(self) -> AccessToken:
        """Return the token that the backend has."""
        backend_sudo = self.sudo()  # for this connection only: it is given to nobody
        text, until = backend_sudo.access_token, backend_sudo.token_until
        return AccessToken(text or "", until or None)

    def _renew_token(self, used: str) -> AccessToken:
        """Return another token than the one that was used.

        Many token servers end a token with the next one that they give: two processes
        that renew at the same time would throw each other out in turn. So one renews,
        and commits that at once; the others wait, and find what it stored.

        Raises:
            RetryableJobError: the token is being renewed, for too long.
        """
        try:
            with own_transaction(self.env) as turn:
                lock = f"token {self._name},{self.id}"
                turn.cr.execute(TAKE_TURN, {"wait_s": LOCK_WAIT_S, "lock": lock})
                # what is read now was committed before: this transaction is a new one
                with own_transaction(self.env) as env:
                    token = self.with_env(env)._find_other_token(used)
        except LockNotAvailable as error:
            raise RetryableJobError(
                f"The token of {self.describe()} cannot be renewed: another "
                f"transaction has held it for {LOCK_WAIT_S} s. It is tried again.",
                seconds=LOCK_WAIT_S,
            ) from error
        self.invalidate_recordset(list(TOKEN_FIELDS))
        for text in filter(None, (token.text, token.refresh)):
            known_secrets(self.env.cr).add(str.__str__(text))
        return token

    def _find_other_token(self, used: str) -> AccessToken:
        """Return the token that another process has stored since, else a new one."""
        wait = f"{LOCK_WAIT_S}s"
        self.env.cr.execute("SELECT set_config('lock_timeout', %s, true)", [wait])
        self.env.cr.execute(SQL(LOCK_ROW, SQL.identifier(self._table), self.id))
        self.invalidate_recordset(flush=False)
        token = self._known_token()
        if token.text != used and token.is_usable(_now()):
            return token
        token = self._request_token()
        values = {"access_token": token.text, "token_until": token.until or False}
        if token.refresh:
            values["refresh_token"] = token.refresh
        self.sudo().write(values)
        return token

    def _request_token(self) -> AccessToken:
        """Ask the token server for a token.

        What it answers must not be taken for the answer to the request that needs the
        token: by a 404 a record would be gone, by a 400 it would be refused.

        Raises:
            NotSentError: it gives none.
            RetryableJobError: it may give one later.
        """
        now = _now()
        asked = self._auth.token_request(self._login_values())
        path = self._fill_path(self._auth.token_path)
        try:
            answer = self._token_client().request("POST", path, **asked)
            return self._auth.read_token(answer, now)
        except RetryableJobError as error:
            raise error from NotSentError(message_of(error))  # it says when, and how
        except (FailedJobError, InvalidDataError) as error:
            raise NotSentError(message_of(error)) from None

    def _token_client(self) -> HttpClient:
        """Return the client that asks the token server, without a token."""
        client = self._http_client(self._auth.statuses)
        client.login = Login(hide=known_secrets(self.env.cr).hide)
        client.target = replace(client.target, is_dry_run=False)  # it logs in to read
        return client


def _now() -> datetime:
    return fields.Datetime.now()
