# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP adapter: what adapters have in common that ask a backend over HTTP."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from ..components.backend_adapter import BackendAdapter
from ..exception import InvalidUsageError
from .answer import HttpAnswer
from .client import HttpClient
from .status import Status, declared_statuses, is_reading
from .template import placeholders_in


class HttpAdapter(BackendAdapter):
    """Base of the adapters whose backend inherits ``connector.backend.http``."""

    _knows_dry_run = True

    _path: str = ""
    """Path of the collection below the address of the backend, with fields of the
    backend in braces."""

    _statuses: Sequence[Status] = ()
    """Rows before the status table of the backend."""

    _last_statuses: ClassVar[Sequence[Status]] = ()
    """Rows between those of the backend and the table of the framework."""

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        declared_statuses(cls)
        placeholders_in(cls._path)

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool | None = None,
    ) -> HttpAnswer:
        """Send a request; see ``HttpClient.request``.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: below the address of the backend, with its fields in braces; or a
                whole address.
            is_read: whether it changes nothing there, so that previews and dry runs
                send it; None as its method says.
        """
        if self.is_read_only and not is_reading(method, is_read):
            raise InvalidUsageError(
                f"{type(self).__qualname__} was about to send {method} {path} while an "
                "import is previewed. Send it in create, write or delete."
            )
        client = self.http
        if "://" not in path:
            path = self.backend_record._fill_path(path)
        return client.request(method, path, params, data, headers, is_read)

    @cached_property
    def http(self) -> HttpClient:
        """The client of the backend."""
        find_client = getattr(self.backend_record, "_http_client", None)
        if find_client is None:
            raise InvalidUsageError(
                f"{type(self).__qualname__} needs a backend over HTTP: let "
                f"{self.backend_record._name!r} inherit 'connector.backend.http'."
            )
        client: HttpClient = find_client(declared_statuses(type(self)))
        client.statuses += tuple(self._last_statuses)
        return client
