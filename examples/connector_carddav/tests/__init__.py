# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_addresses,
    test_browser,
    test_card,
    test_changes,
    test_delivery,
    test_edit,
    test_export,
    test_import,
    test_jobs,
    test_kinds,
    test_named_servers,
    test_race,
    test_refusals,
    test_renamed,
    test_server,
    test_versions,
)
