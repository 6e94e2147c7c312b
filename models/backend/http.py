# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends that are asked over HTTP."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...components.backend_adapter import BackendAdapter
from ...exception import InvalidUsageError, NotSentError
from ...fields.login import LoginSecret, LoginText
from ...flows.exporting.own_transaction import own_transaction
from ...queue.settings import Settings
from ...secret import Secret, known_secrets
from ...text import did_you_mean
from ...wire.address import Network, read_networks
from ...wire.auth import Auth, check_auth
from ...wire.client import HttpClient, HttpTarget, Login
from ...wire.session import IN_SETTING, find_session
from ...wire.status import GRAPHQL_STATUSES, Status, declared_statuses
from ...wire.stored_login import StoredLogin
from ...wire.template import check_placeholders, fill_path, placeholders_in

MANAGER = "connector.group_connector_manager"
ANSWER_PARTS = 10  # times the wait for a part of an answer, for the whole of it
GUARDED = ("url", "tls_verify", "tls_ca_file", "proxy")  # to whom secrets are sent


class ConnectorBackendHttp(models.AbstractModel):
    """Base of the backend models that are asked over HTTP.

    A concrete model declares how it logs in (``_auth``), and the path that *Check
    Connection* reads (``_check``). Adapters send requests by :meth:`_http_client`.
    """

    _name = "connector.backend.http"
    _inherit = "connector.backend"
    _description = "Connector Backend over HTTP"

    _auth: Auth | None = None
    """How requests log in: ``Header``, ``Basic``, ``Bearer``, ``Query``; None: not."""

    _check: str | None = None
    """Path that *Check Connection* reads, with fields of the backend in braces."""

    _check_query: str | None = None
    """Query of GraphQL that *Check Connection* sends to ``_check``, in place of reading
    it."""

    _check_with: str | None = None
    """Binding model whose adapter checks the connection instead, by its ``check``."""

    _hosts: Sequence[str] = ()
    """Other hosts that requests may go to, without the login."""

    _statuses: Sequence[Status] = ()
    """Rows before the status table of the framework; those of all addons count."""

    _timeout_s = (10, 60)
    """Seconds to connect, and to wait for each part of an answer."""

    _answer_s: float | None = None
    """Seconds for a whole answer; by default ten times those for a part of it."""

    _max_bytes = 50_000_000
    """Most bytes of the body of an answer, decompressed."""

    url = fields.Char(
        string="Address",
        required=True,
        help="Address of the server, such as https://shop.example/api.",
    )
    tls_verify = fields.Boolean(
        string="Check Certificate",
        default=True,
        help="Whether the server has to prove by its certificate who it is. Without, "
        "anybody on the way can read what is sent, and the login.",
    )
    tls_ca_file = fields.Char(
        string="Certificate Authority",
        help="Path of a file on the server with the certificates of the authorities "
        "that may have signed its certificate, in PEM; empty for the usual ones.",
    )
    proxy = Secret(
        help="Address of the proxy through which requests go, such as "
        "http://user:password@proxy.example:3128; empty for none."
    )
    username = LoginText(string="User Name", help="User name of the login there.")
    password = LoginSecret(help="Password of the login there.")
    token = LoginSecret(help="Token or key of the login there.")

    def _post_model_setup__(self):
        """Refuse declarations that name what does not exist, when the addon loads."""
        super()._post_model_setup__()
        if not self._abstract:
            self._check_declarations()

    # === CONSTRAINTS === #

    @api.constrains("url")
    def _check_url(self):
        for backend in self:
            if not _is_address(backend.url):
                raise ValidationError(
                    self.env._(
                        "The address of %(name)s is %(url)s, expected one that begins "
                        "with https:// or http:// and has no user, password, query or "
                        "fragment. Correct it.",
                        name=backend.name,
                        url=backend.url,
                    )
                )

    @api.constrains("proxy")
    def _check_proxy(self):
        for backend_sudo in self.sudo():  # it is a secret
            if backend_sudo.proxy and not _is_proxy(backend_sudo.proxy):
                raise ValidationError(
                    self.env._(
                        "The proxy of %(name)s is not an address that begins with "
                        "https:// or http:// and has no path. Correct it.",
                        name=backend_sudo.name,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        """Write; only Connector Managers say to whom the secrets are sent."""
        self._check_may_redirect(vals)
        return super().write(vals)

    # === HELPERS === #

    def _http_client(self, statuses: Sequence[Status] = ()) -> HttpClient:
        """Return the client that sends requests to the server of the backend.

        Args:
            statuses: rows before those of the backend.
        """
        self.ensure_one()
        proxy = self._find_proxy()
        verify = self._verified_by()
        target = HttpTarget(
            url=self.url,
            owner=self.describe(),
            hosts=self._hosts,
            verify=verify,
            timeout_s=self._timeout_s,
            max_bytes=self._max_bytes,
            is_proxied=bool(proxy),
            is_dry_run=self.dry_run,
        )
        # connections without a check of the certificate are not used with one
        way = (self.env.cr.dbname, verify, proxy)
        key, answer_s = (*way, self._name, self.id), self._find_answer_s()
        return HttpClient(
            target,
            find_session(key, _private_networks, answer_s, proxy),
            self._http_login(),
            (*statuses, *declared_statuses(type(self))),
            # a redirect must not make use of the networks that are open for others
            public=None if proxy else find_session((*way, "public"), list, answer_s),
        )

    def _find_answer_s(self) -> float:
        """Return the seconds that a whole answer may take."""
        return self._answer_s or ANSWER_PARTS * self._timeout_s[1]

    def _find_proxy(self) -> str:
        """Return the address of the proxy, empty for none."""
        proxy = self.sudo().proxy  # for this connection only: it is given to nobody
        if not proxy:
            return ""
        password = urlsplit(str.__str__(proxy)).password
        if password:  # libraries show it without the rest
            known_secrets(self.env.cr).add(unquote(password))
        return str.__str__(proxy)

    def _verified_by(self) -> bool | str:
        """Return whether, and by which file, the certificate is checked.

        Raises:
            NotSentError: there is no such file.
        """
        if not self.tls_verify or not self.tls_ca_file:
            return self.tls_verify
        if not Path(self.tls_ca_file).is_file():
            raise NotSentError(
                f"Cannot ask {self.describe()}: there is no file "
                f"{self.tls_ca_file!r} on this server, with the certificates of its "
                "authority. Correct the path, or bring the file there."
            )
        return self.tls_ca_file

    def _http_login(self) -> Login:
        """Return how requests log in."""
        stored = StoredLogin(self._login_values, self._read_login_again)
        hide = known_secrets(self.env.cr).hide
        return Login(self._auth, stored.values, stored.refresh, hide)

    def _read_login_again(self) -> Mapping[str, object]:
        """Return the fields that the login needs, as they are committed now."""
        if self._auth is None:
            return {}
        with own_transaction(self.env) as env:
            backend = self.with_env(env).exists()
            values = dict(backend._login_values()) if backend else {}
            known_secrets(self.env.cr).update(known_secrets(env.cr))
        return values

    def _login_values(self) -> Mapping[str, object]:
        """Return the fields that the login needs, by name."""
        backend_sudo = self.sudo()  # for this connection only: it is given to nobody
        names = self._auth.fields()
        backend_sudo.fetch(names)  # alone: each commit empties the cache
        return {name: backend_sudo[name] for name in names}

    def _fill_path(self, template: str) -> str:
        """Return a path with fields of the backend in place of their names.

        Raises:
            InvalidUsageError: there is no such field.
            FailedJobError: a field is empty.
        """
        names = placeholders_in(template)
        check_placeholders(template, self._path_fields(), f"A path of {self._name}")
        self.fetch([*names, "name"])  # alone: each commit empties the cache
        return fill_path(template, {name: self[name] for name in names}, self.name)

    @api.model
    def _path_fields(self) -> dict[str, fields.Field]:
        """Return the fields that may stand in a path: addresses are logged."""
        return {
            name: field
            for name, field in self._fields.items()
            if not isinstance(field, Secret)
        }

    def _check_connection(self) -> str | None:
        """Read the path of ``_check``, or ask the adapter of ``_check_with``."""
        if self._check_with:
            scope = self.get_environment(self._check_with)
            return self.env._(
                "%(name)s has %(count)s records.",
                name=self.name,
                count=scope.get_connector_unit(BackendAdapter).check(),
            )
        if not self._check:
            raise NotImplementedError
        client, path = self._http_client(), self._fill_path(self._check)
        if not self._check_query:
            client.request("GET", path)
            return None
        client.statuses += GRAPHQL_STATUSES
        asked = {"query": self._check_query}
        client.request("POST", path, data=asked, is_read=True)
        return None

    @api.model
    def _can_check_connection(self) -> bool:
        """Return whether there is a path to read, or a check of the connector."""
        ours = self.pool["connector.backend.http"]._check_connection
        is_own = type(self)._check_connection is not ours
        return bool(self._check or self._check_with) or is_own

    @api.model
    def _check_declarations(self) -> None:
        """Refuse a login, path or status table that cannot work.

        Raises:
            InvalidUsageError: it cannot.
        """
        check_auth(self._auth, self._fields, f"_auth of {self._name!r}")
        where = f"_check of {self._name!r}"
        check_placeholders(self._check or "", self._path_fields(), where)
        declared_statuses(type(self))
        if self._check_with and self._check_with not in self.pool:
            raise InvalidUsageError(
                f"_check_with of {self._name!r} is {self._check_with!r}, a model that "
                f"does not exist.{did_you_mean(self._check_with, self.pool)}"
            )

    def _check_may_redirect(self, vals: Mapping[str, object]) -> None:
        # the user counts, not sudo(): much of Odoo writes values of its callers so
        user_sudo = self.env.user.sudo()
        if self.env.uid == SUPERUSER_ID or user_sudo.has_group(MANAGER):
            return
        guarded = [name for name in GUARDED if name in vals]
        if any(one[name] != vals[name] for one in self for name in guarded):
            raise AccessError(
                self.env._(
                    "Cannot change the address of %(name)s: only Connector Managers "
                    "say to whom its login is sent. Ask one.",
                    name=", ".join(self.mapped("name")),
                )
            )


def _private_networks() -> list[Network]:
    """Return the private networks that the server's configuration allows."""
    return read_networks(Settings.find().private_networks, IN_SETTING)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises when it is none
    except ValueError:
        return False
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    is_clean = not any(char.isspace() for char in url)
    is_web = parts.scheme in ("http", "https")
    return bool(is_web and parts.hostname and is_plain and is_clean)


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(str.__str__(url))
        _port = parts.port  # raises when it is none
    except ValueError:
        return False
    is_plain = not (parts.path.strip("/") or parts.query or parts.fragment)
    return bool(parts.scheme in ("http", "https") and parts.hostname and is_plain)
