# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Floor of the mapper rows: the same mapping without any framework."""

PAIRS = (
    ("street", "street"),
    ("street_more", "street2"),
    ("postcode", "zip"),
    ("town", "city"),
    ("mail", "email"),
    ("telephone", "phone"),
    ("homepage", "website"),
    ("number", "ref"),
    ("note", "comment"),
    ("vat_number", "vat"),
)


def map_plainly(records: list[dict]) -> list[dict]:
    """Map with one hand-written dictionary per record."""
    return [
        {
            "street": record.get("street") or False,
            "street2": record.get("street_more") or False,
            "zip": record.get("postcode") or False,
            "city": record.get("town") or False,
            "email": record.get("mail") or False,
            "phone": record.get("telephone") or False,
            "website": record.get("homepage") or False,
            "ref": record.get("number") or False,
            "comment": record.get("note") or False,
            "vat": record.get("vat_number") or False,
            "name": f"{record['first_name']} {record['last_name']}",
            "lang": "de_DE" if record["country"] == "DE" else "en_US",
            "is_company": record["is_company"],
        }
        for record in records
    ]


def map_by_table(records: list[dict]) -> list[dict]:
    """Map with a loop over a table, and functions for the rest."""
    return [_map_one(record) for record in records]


def _map_one(record):
    values = {target: record.get(source) or False for source, target in PAIRS}
    for method in (_name, _lang, _company):
        values.update(method(record))
    return values


def _name(record):
    return {"name": f"{record['first_name']} {record['last_name']}"}


def _lang(record):
    return {"lang": "de_DE" if record["country"] == "DE" else "en_US"}


def _company(record):
    return {"is_company": record["is_company"]}
