# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is special in vCard 3.0 (RFC 2426)?"""

from ..backend import carddav_3
from .mapper import ContactMapper, parse_date


@carddav_3
class ContactMapper3(ContactMapper):
    """Maps contacts of vCard 3.0."""

    def _is_company(self, record):
        # an extension of Apple's that others adopted: vCard 3.0 has no word for it
        return record["x-abshowas"].lower() == "company"

    def _parse_birthday(self, line):
        return parse_date(line.value)

    def _read_image(self, line):
        return line.value if "ENCODING" in line.params else False
