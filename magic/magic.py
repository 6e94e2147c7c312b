# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""MAGIC: log, links, syncs, downloads and jobs for server actions."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, cast

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import get_lang, html2plaintext
from odoo.tools.safe_eval import datetime, dateutil, json, pytz, time

from ..exception import InvalidUsageError, NothingToDoJob, RetryableJobError
from ..queue.delay.call import Declared, Task
from ..queue.delay.insert import delay_tasks
from ..queue.delay.options import JobOptions
from ..wire.address import ALLOWED_PARAMETER, read_networks
from .links.link import Link, Links, SyncDate, get_link, search_links
from .links.make import set_link
from .links.side import Refs
from .log import line as log_line
from .log.line import LogBuffer
from .sync.declared import DeclaredSync
from .sync.sync import SyncHelpers
from .web import download


class AttrDict(dict[str, Any]):
    """A dict whose keys can be read as attributes, nested dicts included.

    ``AttrDict(order).customer.name`` reads ``order["customer"]["name"]``. A key that
    is called like a method of dict, such as ``items``, is read with brackets.

    Raises:
        AttributeError: there is no such key.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            value = self[name]
        except KeyError:
            keys = ", ".join(map(repr, self)) or "none"
            raise AttributeError(
                f"Cannot read {name!r}: there is no such key. Keys are: {keys}."
            ) from None
        return _readable(value)

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]


def _readable(value: Any) -> Any:
    """Return a value with every dict in it as an AttrDict."""
    if type(value) is dict:
        return AttrDict(value)
    if type(value) is list:
        return [_readable(one) for one in value]
    return value


class Magic(SyncHelpers):
    """Everything needed to exchange data with other systems, bound to an environment.

    Code of server actions runs with it: what hangs here is for everyone who may write
    such code, so modules are wrapped and nothing goes beyond the rights of ``env``.

    Args:
        env: in whose name and with whose rights.
        action: the server action whose code this is for, if any.
    """

    __slots__ = ("_action_id", "env")

    LOG_DEBUG = log_line.DEBUG
    LOG_INFO = log_line.INFO
    LOG_WARNING = log_line.WARNING
    LOG_ERROR = log_line.ERROR
    LOG_CRITICAL = log_line.CRITICAL

    UserError = UserError
    ValidationError = ValidationError
    RetryableJobError = RetryableJobError
    NothingToDoJob = NothingToDoJob
    OSError = OSError

    AttrDict = AttrDict
    json = json
    time = time
    datetime = datetime
    dateutil = dateutil
    timezone = staticmethod(pytz.timezone)
    b64encode = staticmethod(base64.b64encode)
    b64decode = staticmethod(base64.b64decode)
    html2plaintext = staticmethod(html2plaintext)
    get_lang = staticmethod(get_lang)

    def __init__(self, env: api.Environment, action: Any = None) -> None:
        self.env = env
        self._action_id = action.id if action else None

    def __repr__(self) -> str:
        return f"MAGIC({self.env.user.login!r})"

    @property
    def user(self) -> models.BaseModel:
        """The user that the calls run as."""
        return self.env.user

    # === LOG === #

    def log(self, message: object, level: str = log_line.INFO, **about: Any) -> None:
        """Log a message, even if the transaction fails; see Connectors > Logs.

        Args:
            message: text, or data that is shown as JSON. Secrets in it are hidden.
            level: ``LOG_DEBUG``, ``LOG_INFO``, ``LOG_WARNING``, ``LOG_ERROR`` or
                ``LOG_CRITICAL``.
            about: ``record`` and ``relation`` by which the message is to be found;
                else what is worked on.
        """
        line = log_line.message_line(self.env, message, level, **self._about(about))
        LogBuffer.of(self.env).add(line)

    def log_transmission(self, recipient: object, data: object, **about: Any) -> None:
        """Log a transmission, even if the transaction fails, as :meth:`log` does.

        Args:
            recipient: a name or an address.
            data: text, bytes, or data that is shown as JSON.
        """
        line = log_line.transmission_line(
            self.env, recipient, data, **self._about(about)
        )
        LogBuffer.of(self.env).add(line)

    def _about(self, about: dict[str, Any]) -> dict[str, Any]:
        return {"action_id": self._action_id, **about}

    # === LINKS === #

    def get_link(self, relation: str, refs: Refs | None) -> Link:
        """Return the link of a reference or record, or an empty link.

        See :func:`~.link.get_link`.
        """
        return get_link(self.env, relation, refs)

    def search_links(self, relation: str, refs: Refs | None = None) -> Links:
        """Return the links of references or records, or of a whole relation.

        See :func:`~.link.search_links`.
        """
        return search_links(self.env, relation, refs)

    def set_link(
        self,
        relation: str,
        refs: Mapping[str, object],
        sync_date: SyncDate = None,
        allow_many2many: bool = False,
    ) -> Link:
        """Return the link between references, created when missing.

        See :func:`~.make.set_link`.
        """
        return set_link(self.env, relation, refs, sync_date, allow_many2many)

    # === FILES === #

    def url2bin(
        self,
        url: str,
        timeout_s: float = download.TIMEOUT_S,
        max_bytes: int = download.MAX_BYTES,
    ) -> bytes:
        """Return the content of a URL with a public address.

        Private addresses are refused, also behind a redirect, unless their network
        stands in system parameter ``connector.url_private_networks``.

        Args:
            timeout_s: for all of it, in seconds.
            max_bytes: the most that is read.

        Raises:
            NetworkRetryableError: no answer, or one that may be another one later.
            IDMissingInBackend: nothing is there.
            FailedJobError: it may not, or cannot, be read.
        """
        parameters = self.env["ir.config_parameter"].sudo()  # of which one is read
        networks = read_networks(parameters.get_param(ALLOWED_PARAMETER) or "")
        limits = download.Limits(timeout_s, max_bytes, networks)
        return download.read_url(url, limits)

    def url2base64(self, url: str, **limits: Any) -> bytes:
        """Return the content of a URL for a binary field; see :meth:`url2bin`."""
        return base64.b64encode(self.url2bin(url, **limits))

    # === JOBS === #

    def add_job(self, func: Callable[..., Any], **options: Any) -> Callable[..., str]:
        """Return a proxy of a function with ``@job``: calling it delays the call.

        ``MAGIC.add_job(order.export, priority=5)(force=True)`` and
        ``MAGIC.add_job(export_order)("sale.order", order.id)`` return the job's uuid.

        Raises:
            InvalidUsageError: it is no job, or there is no such option.
        """
        records = getattr(func, "__self__", None)
        if isinstance(records, models.BaseModel):
            return getattr(records.delayed(**options), func.__name__)
        if getattr(func, "is_job", False) and hasattr(func, "delay"):
            return self._delay_of(cast(Declared, func), JobOptions.read(options))
        raise InvalidUsageError(
            f"Cannot add a job: {func!r} is a {type(func).__name__}, expected a "
            "function or a method of records that is declared with @job of "
            "connector.queue.job. Pass it without calling it: "
            "MAGIC.add_job(records.method)(arguments)."
        )

    def _delay_of(self, func: Declared, options: JobOptions) -> Callable[..., str]:
        def delay(model_name: object, *args: Any, **kwargs: Any) -> str:
            task = Task.of_function(func, model_name, args, kwargs)
            return delay_tasks(self.env, [task], options)[0]

        return delay


DeclaredSync.magic_class = Magic
