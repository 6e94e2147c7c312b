# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Detection of addon changes that the registry of this process lacks."""

import threading
from collections.abc import Callable

from psycopg2 import errors

from odoo.modules.registry import Registry

from ...exception import NoConnectorUnitError, NotReadableJobError
from .. import store
from ..delay.registry import MissingFunctionError
from .claimed_job import ClaimedJob
from .connection import OdooCursor

# Errors of a registry that does not fit the database, and of many a bug.
MISFITS = (
    AttributeError,  # of a method or a field
    ImportError,
    KeyError,  # of a model or a field
    MissingFunctionError,
    NoConnectorUnitError,
    NotReadableJobError,
    ValueError,  # "Invalid field"
    errors.FeatureNotSupported,  # a plan whose result type changed
    errors.InternalError_,  # a table that is dropped during its lookup
    errors.NotNullViolation,  # a column that the registry does not know
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedTable,
)

_turn = threading.Lock()  # one thread loads a registry for all


def is_misfit(error: BaseException) -> bool:
    """Return whether a registry that is too old may be the cause of an error."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, MISFITS):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


class RegistryWatch:
    """Compares the registry that jobs run with to the addons in the database.

    Odoo signals an old registry at the end of an upgrade. By then columns are gone for
    a second or more, and a process that died in between never signals.

    Args:
        db_name: the database.
        bookkeeping: cursor of the worker's bookkeeping connection.
    """

    def __init__(self, db_name: str, bookkeeping):
        self.is_suspect = False
        """Whether the registry may be too old for the next job."""
        self._db_name = db_name
        self._bookkeeping = bookkeeping
        self.registry: Registry | None = None
        """The registry whose addons were recorded last."""
        self._addons: store.Addons | None = None

    def note(self, registry: Registry) -> None:
        """Record the addons of a registry."""
        self.registry = registry
        self._addons = store.read_addons(self._bookkeeping)

    def has_changed(self, job: ClaimedJob) -> bool:
        """Return whether addons, or the registry, changed since a job was claimed."""
        addons = store.read_addons(self._bookkeeping)
        self.is_suspect = (
            Registry(self._db_name) is not self.registry
            or addons.rows != self._addons.rows
            or addons.signal != job.signals[0]
        )
        return self.is_suspect

    def renew(self, follow: Callable[[OdooCursor], Registry]) -> None:
        """Reload the registry if it is too old; not while addons change.

        Args:
            follow: follows Odoo's signals and returns the registry.
        """
        addons = store.read_addons(self._bookkeeping)
        if addons.is_changing:
            return
        with _turn:
            registry = follow(OdooCursor(self._bookkeeping))
            if registry is self.registry and addons.rows != self._addons.rows:
                registry = Registry.new(self._db_name)
        self.registry, self._addons, self.is_suspect = registry, addons, False
