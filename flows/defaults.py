# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Default units: what answers to a role where a connector registers nothing."""

from ..backend import Backend
from ..components.binder import Binder
from ..components.mapper import ExportMapper, ImportMapper
from ..components.synchronizer import Deleter, Exporter, Importer
from .exporting.export_deleter import ExportDeleter
from .exporting.record_exporter import RecordExporter
from .importing.batch_importer import BatchImporter
from .importing.import_deleter import ImportDeleter
from .importing.record_importer import RecordImporter

DEFAULT_UNITS = {
    Binder: Binder,
    ImportMapper: ImportMapper,
    Importer: RecordImporter,
    RecordImporter: RecordImporter,
    BatchImporter: BatchImporter,
    Deleter: ImportDeleter,
    ImportDeleter: ImportDeleter,
    ExportMapper: ExportMapper,
    Exporter: RecordExporter,
    RecordExporter: RecordExporter,
    ExportDeleter: ExportDeleter,
}


def install() -> None:
    """Let the default units answer on every backend."""
    Backend.defaults.update(DEFAULT_UNITS)
