# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_actions, test_card, test_readme, test_sync
