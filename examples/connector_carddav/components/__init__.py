# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    adapter,
    batch_importer,
    binder,
    category,
    contact,
    deleter,
    importer,
    mapper,
    mapper_3,
    mapper_4,
)
