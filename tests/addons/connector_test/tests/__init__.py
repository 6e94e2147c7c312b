# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_map_child,
    test_map_child_diff,
    test_mapper,
    test_mapper_direct,
    test_modifier,
)
