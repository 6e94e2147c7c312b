# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_mapper, test_mapper_direct, test_modifier
