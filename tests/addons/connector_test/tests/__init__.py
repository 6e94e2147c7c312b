# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_classic_usage,
    test_map_child,
    test_map_child_diff,
    test_mapper,
    test_mapper_direct,
    test_modifier,
    test_synchronizer,
)
