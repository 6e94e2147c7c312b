# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is special in vCard 4.0 (RFC 6350)?"""

import re

from ..backend import carddav_4
from ..vcard import split_value
from .mapper import ContactMapper, parse_date

INCOMPLETE_DATE = re.compile(r"\d{4}(-\d\d)?|--\d\d(-?\d\d)?|---\d\d")
PICTURE = re.compile(r"data:image/[^,]*;base64,(?P<base64>.*)")


@carddav_4
class ContactMapper4(ContactMapper):
    """Maps contacts of vCard 4.0."""

    def _is_company(self, record):
        return record["kind"].lower() == "org"

    def _parse_birthday(self, line):
        is_free_text = "text" in line.params.get("VALUE", ())
        if is_free_text or INCOMPLETE_DATE.fullmatch(line.value):
            return False
        return parse_date(line.value)

    def _read_image(self, line):
        # some servers escape the signs of the link, others do not
        found = PICTURE.fullmatch(split_value(line.value, None)[0])
        return found["base64"] if found else False
