# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_addon,
    test_architecture,
    test_backend,
    test_backend_lookup,
    test_codec,
    test_docstring,
    test_event,
    test_event_moment,
    test_exception,
    test_import_path,
    test_map_options,
    test_mapping_definition,
    test_record_event,
    test_session,
    test_style,
    test_test,
)
