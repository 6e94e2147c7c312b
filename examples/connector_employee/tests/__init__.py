# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_actions,
    test_card,
    test_conflict,
    test_readme,
    test_server,
    test_sync,
)
