# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the mappers, see ``components``."""

from ..components.map_child import ExportMapChild, ImportMapChild, MapChild
from ..components.map_record import MapOptions, MapRecord
from ..components.mapper import ExportMapper, ImportMapper, Mapper
from ..components.mapping import (
    MappingDefinition,
    MetaMapper,
    changed_by,
    mapping,
    only_create,
)
from ..components.modifier import (
    backend_to_m2o,
    convert,
    follow_m2o_relations,
    m2o_to_backend,
    none,
)

__all__ = [
    "ExportMapChild",
    "ExportMapper",
    "ImportMapChild",
    "ImportMapper",
    "MapChild",
    "MapOptions",
    "MapRecord",
    "Mapper",
    "MappingDefinition",
    "MetaMapper",
    "backend_to_m2o",
    "changed_by",
    "convert",
    "follow_m2o_relations",
    "m2o_to_backend",
    "mapping",
    "none",
    "only_create",
]
