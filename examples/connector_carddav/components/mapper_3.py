# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mapper of vCard 3.0 (RFC 2426)."""

from ..backend import carddav_3
from .mapper import ContactMapper


@carddav_3
class ContactMapper3(ContactMapper):
    """Maps contacts of vCard 3.0."""

    def _is_company(self, record):
        # an extension of Apple's that others adopted: vCard 3.0 has no word for it
        shown_as = record["x-abshowas"].lower()
        return shown_as == "company" or record["named_by"] == "org"

    def _read_image(self, line):
        return line.value if "ENCODING" in line.params else super()._read_image(line)
