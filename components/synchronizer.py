# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Synchronizers: import, export and deletion of records."""

from typing import Any

from .backend_adapter import BackendAdapter
from .binder import Binder
from .core import ConnectorEnvironment, ConnectorUnit
from .mapper import ExportMapper, ImportMapper, Mapper


class Synchronizer(ConnectorUnit):
    """Runs a synchronization with a mapper, a binder and a backend adapter.

    The three are looked up when they are first used, so a synchronizer which
    needs no mapper works where none is registered.
    """

    _base_mapper: type[Mapper] = Mapper
    """The class :attr:`mapper` is looked up with."""

    _base_backend_adapter: type[BackendAdapter] = BackendAdapter
    """The class :attr:`backend_adapter` is looked up with."""

    def __init__(self, connector_env: ConnectorEnvironment) -> None:
        super().__init__(connector_env)
        self._mapper: Mapper | None = None
        self._binder: Binder | None = None
        self._backend_adapter: BackendAdapter | None = None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Synchronize; arguments and result are the subclass's own."""
        raise NotImplementedError(
            f"{type(self).__module__}.{type(self).__qualname__} does not say how to "
            "synchronize. Define its run()."
        )

    @property
    def mapper(self) -> Mapper:
        """The mapper of the model."""
        if self._mapper is None:
            self._mapper = self.unit_for(self._base_mapper)
        return self._mapper

    @property
    def binder(self) -> Binder:
        """The binder of the model."""
        if self._binder is None:
            self._binder = self.binder_for()
        return self._binder

    @property
    def backend_adapter(self) -> BackendAdapter:
        """The adapter that speaks to the backend for the model."""
        if self._backend_adapter is None:
            self._backend_adapter = self.unit_for(self._base_backend_adapter)
        return self._backend_adapter


class Importer(Synchronizer):
    """Brings records of the backend to Odoo."""

    _base_mapper = ImportMapper


class Exporter(Synchronizer):
    """Brings records of Odoo to the backend."""

    _base_mapper = ExportMapper


class Deleter(Synchronizer):
    """Deletes on one side what was deleted on the other."""


ImportSynchronizer = Importer  # their names in series 7
ExportSynchronizer = Exporter
DeleteSynchronizer = Deleter
