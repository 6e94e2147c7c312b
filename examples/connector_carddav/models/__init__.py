# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    carddav_address,
    carddav_backend,
    carddav_category,
    carddav_contact,
    res_partner,
)
