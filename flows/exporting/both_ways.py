# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Models that go both ways: they are exported, and imported as well."""

from ...components.backend_adapter import BackendAdapter, CRUDAdapter
from ...components.mapper import ImportMapper
from ...components.synchronizer import Importer
from ...exception import NoConnectorUnitError
from ..importing.record_importer import RecordImporter


def is_imported(unit) -> bool:
    """Return whether the model of a unit is imported field by field.

    It is where the connector registers an import mapper, and the importer is that of
    the framework: another one may write over what Odoo changed.
    """
    try:
        mapper, importer = (
            unit.backend.get_class(role, unit.session, unit.model._name)
            for role in (ImportMapper, Importer)
        )
    except NoConnectorUnitError:
        return False
    return mapper is not ImportMapper and issubclass(importer, RecordImporter)


def reads_singly(adapter: BackendAdapter) -> bool:
    """Return whether an adapter reads one record without reading all of them."""
    known = getattr(adapter, "reads_singly", None)  # of paged adapters
    if known is not None:
        return bool(known)
    read = getattr(type(adapter), "read", None)
    return read is not None and read is not CRUDAdapter.read
