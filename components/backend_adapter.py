# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend adapters: access to the external system in its protocol."""

from collections.abc import Collection
from typing import Any

from .core import ConnectorUnit


class BackendAdapter(ConnectorUnit):
    """Base of the adapters to an external system."""

    _writes: tuple[str, ...] = ("create", "write", "delete")
    """Methods that change the external system; a preview of an import refuses them.
    Adapters with others add these."""

    _trusted_clock = False
    """Whether the times of changes that the system gives may be compared with those of
    Odoo: fields may then belong to the side that was changed last."""

    _takes_key = False
    """Whether the backend takes idempotency keys: a create that is sent again with its
    key makes no second record. ``create`` sends ``self.idempotency_key``."""

    idempotency_key: str | None = None
    """Key of the create that is sent at this moment."""

    known_version: str | None = None
    """Version of the record that is written at this moment, as this side knows it last:
    ``write`` sends it as the condition, such as ``If-Match``, where the backend has
    one. A backend that refuses it answers 412, or the adapter raises
    ``ChangedThereError``: the record is imported then, and sent again."""

    _conditional = False
    """Whether ``write`` sends ``known_version`` as a condition: a change there is never
    overwritten, and a record of a known version need not be read before."""

    _replaces = False
    """Whether ``write`` replaces the whole record: what is not sent is cleared there.
    An export sends all values then, and not only those that changed."""

    _busy_statuses: Collection[int] = ()
    """HTTP statuses with which the backend says that the key of a create is in use: it
    still works on the same request. 409 says so as well, where ``Retry-After`` comes
    with it; without, a record with the same natural key is there already."""

    _find: dict[str, str] | None = None
    """Natural key of records there, as ``{key there: mapped key}``: ``find`` is called
    with the values by their keys there, before a record is created. None: the backend
    cannot be searched."""

    _find_after_s = 60
    """Seconds after which a search surely finds what was created, also by a request
    that took its time."""

    _knows_dry_run = False
    """Whether its requests go through the client of the backend, which sends none that
    changes something in a dry run. Another adapter is not called then to write."""

    is_read_only = False
    """True while an import is previewed: send nothing that changes the system."""

    def check(self) -> int:
        """Return how many records there are, for *Check Connection*; for overrides.

        Where ``_check_with`` of the backend model names the model of the adapter.
        """
        raise NotImplementedError(
            f"{type(self).__qualname__} cannot check the connection. Define check(), "
            "or declare a path as _check of the backend model."
        )


class CRUDAdapter(BackendAdapter):
    """An adapter with the usual verbs, each to be implemented by its subclasses.

    By convention ``search`` returns external ids and ``read`` a dictionary.
    """

    def search(self, *args: Any, **kwargs: Any) -> Any:
        """Return the external ids which match."""
        raise NotImplementedError(self._undefined("search"))

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Return one record."""
        raise NotImplementedError(self._undefined("read"))

    def find(self, key: dict[str, Any]) -> Any:
        """Return the records with a natural key, see ``_find``: a list, or just one."""
        raise NotImplementedError(self._undefined("find"))

    def search_read(self, *args: Any, **kwargs: Any) -> Any:
        """Return the records which match."""
        raise NotImplementedError(self._undefined("search_read"))

    def create(self, *args: Any, **kwargs: Any) -> Any:
        """Create a record and return its external id."""
        raise NotImplementedError(self._undefined("create"))

    def write(self, *args: Any, **kwargs: Any) -> Any:
        """Update a record."""
        raise NotImplementedError(self._undefined("write"))

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a record."""
        raise NotImplementedError(self._undefined("delete"))

    def _undefined(self, verb: str) -> str:
        return (
            f"{type(self).__module__}.{type(self).__qualname__} cannot {verb}. "
            f"Define its {verb}() in the protocol of the backend."
        )
