# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_advisory_lock,
    test_backend_adapter,
    test_backend_model,
    test_checkpoint,
    test_checkpoint_name,
    test_checkpoint_rights,
    test_classic_usage,
    test_environment,
    test_map_child,
    test_map_child_diff,
    test_mapper,
    test_mapper_direct,
    test_modifier,
    test_related_action,
    test_synchronizer,
    test_unit,
)
