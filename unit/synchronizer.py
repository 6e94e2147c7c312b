# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the synchronizers, see ``components.synchronizer``."""

from ..components.synchronizer import (
    Deleter,
    DeleteSynchronizer,
    Exporter,
    ExportSynchronizer,
    Importer,
    ImportSynchronizer,
    Synchronizer,
)

__all__ = [
    "DeleteSynchronizer",
    "Deleter",
    "ExportSynchronizer",
    "Exporter",
    "ImportSynchronizer",
    "Importer",
    "Synchronizer",
]
