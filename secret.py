# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Secrets of backends: their field, and the text type of its values."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal

from odoo import fields
from odoo.models import BaseModel
from odoo.sql_db import Cursor

from .redaction import HIDDEN, KnownSecrets

_ON_CURSOR = "_connector_known_secrets"  # attribute of a cursor

# Those of the job that runs: also what it reads on other cursors than its own.
known_to_job: ContextVar[KnownSecrets | None] = ContextVar("known_to_job", default=None)


def known_secrets(cr: Cursor) -> KnownSecrets:
    """Return the secrets read so far in a transaction, or in its job.

    Args:
        cr: cursor of the transaction.
    """
    known = known_to_job.get()
    if known is None:
        known = vars(cr).get(_ON_CURSOR)
        if known is None:
            known = vars(cr)[_ON_CURSOR] = KnownSecrets()
    return known


class SecretText(str):
    """A text like any other, except that ``repr()`` does not show it.

    So it stays out of tracebacks and of logs of values; jobs refuse it as an
    argument. What is made of it by its methods and by ``+``, ``%`` and slices is a
    SecretText, too. To format it, as for the header of a request, gives plain text
    that has it in full; that is found and hidden where it is kept of a job.

    Args:
        text: what is not to be shown.
        known: where to note it; else, in a job, it is noted for the job.
    """

    __slots__ = ("_known",)

    _known: KnownSecrets | None

    def __new__(cls, text: str = "", known: KnownSecrets | None = None) -> "SecretText":
        """Return the text, and note that it is a secret."""
        self = super().__new__(cls, text)
        self._known = known_to_job.get() if known is None else known
        if self._known is not None:
            self._known.add(str.__str__(self))
        return self

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return self

    def __radd__(self, other: object) -> "SecretText":
        if not isinstance(other, str):
            return NotImplemented
        return self._keep(str.__add__(other, self))

    def __copy__(self) -> "SecretText":
        return self

    def __deepcopy__(self, _memo: object) -> "SecretText":
        return self

    def __reduce__(self) -> tuple[type["SecretText"], tuple[str]]:
        return SecretText, (str.__str__(self),)

    def _keep(self, made: Any) -> Any:
        """Return the result of an operation on this text as SecretText."""
        if isinstance(made, str):
            return SecretText(made, self._known)
        if isinstance(made, list | tuple):
            return type(made)(map(self._keep, made))
        return made


def _keeping(name: str) -> Callable[..., Any]:
    """Return a text method whose results stay secret."""
    plain = getattr(str, name)

    @wraps(plain)
    def method(self: SecretText, *args: Any, **kwargs: Any) -> Any:
        return self._keep(plain(self, *args, **kwargs))

    return method


_KEEPING = (
    "__add__ __getitem__ __mod__ __mul__ __rmod__ __rmul__ capitalize casefold center"
    " expandtabs format format_map join ljust lower lstrip partition removeprefix"
    " removesuffix replace rjust rpartition rsplit rstrip split splitlines strip"
    " swapcase title translate upper zfill"
)
for _name in _KEEPING.split():
    setattr(SecretText, _name, _keeping(_name))


class Secret(fields.Char):
    """Field for a password, token or key: only Connector Managers may read it.

    It reads as ``SecretText``. Others can neither read it nor search by it, copies do
    not have it, exports show nothing, and it is not tracked. In views, write
    ``password="True"``. Another group is given as ``groups``.
    """

    groups = "connector.group_connector_manager"
    copy = False
    exportable = False

    def _get_attrs(self, model_class: type, name: str) -> dict[str, Any]:
        """Exclude the secret from the tracking in the chatter."""
        attrs = super()._get_attrs(model_class, name)
        attrs.pop("tracking", None)
        return attrs

    def convert_to_record(
        self, value: Any, record: BaseModel
    ) -> SecretText | Literal[False]:
        """Return the secret, False without one."""
        text = super().convert_to_record(value, record)
        return SecretText(text, known_secrets(record.env.cr)) if text else False

    def convert_to_read(
        self, value: Any, record: BaseModel, use_display_name: bool = True
    ) -> str | Literal[False]:
        """Return the secret as plain text for the form of its manager."""
        return str.__str__(value) if value else False

    def convert_to_cache(
        self, value: Any, record: BaseModel, validate: bool = True
    ) -> str | None:
        """Return the secret as plain text, as the database keeps it."""
        if isinstance(value, SecretText):
            value = str.__str__(value)
        text = super().convert_to_cache(value, record, validate)
        if text and isinstance(text, str):
            known_secrets(record.env.cr).add(text)  # it may be new: a token, renewed
        return text

    def convert_to_export(self, value: Any, record: BaseModel) -> str:
        """Return nothing."""
        return ""
