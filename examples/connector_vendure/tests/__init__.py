# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_customers,
    test_delivery,
    test_login,
    test_orders,
    test_stock,
    test_variants,
)
