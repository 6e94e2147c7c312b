# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mapper of vCard 4.0 (RFC 6350)."""

from ..backend import carddav_4
from .mapper import ContactMapper


@carddav_4
class ContactMapper4(ContactMapper):
    """Maps contacts of vCard 4.0."""

    def _is_company(self, record):
        return record["kind"].lower() == "org"
