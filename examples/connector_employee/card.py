# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does an employee read as a vCard, and a vCard as an employee?"""

import vobject

from odoo.addons.connector.api import InvalidDataError

FIELDS = {"email": "work_email", "tel": "work_phone", "title": "job_title"}
"""Of each line of a card, the field of the employee; the name is told apart."""


def write_card(uid: str, employee, known: str | None = None) -> str:
    """Return an employee as the text of a vCard 3.0.

    Args:
        known: the card that is there; what it says besides stays.
    """
    card = vobject.readOne(known) if known else vobject.vCard()
    if not known:
        card.add("uid").value = uid
        card.add("n").value = vobject.vcard.Name(family=employee.name)
    for line, field in {"fn": "name", **FIELDS}.items():
        card.contents.pop(line, None)
        if employee[field]:
            card.add(line).value = employee[field]
    return card.serialize()


def read_card(text: str) -> dict:
    """Return the values of an employee that a vCard holds.

    Raises:
        InvalidDataError: it is no vCard, or has no name.
    """
    try:
        card = vobject.readOne(text)
    except (vobject.base.ParseError, StopIteration) as error:
        raise InvalidDataError(f"Cannot read a card: {error}. Correct it.") from error
    name = card.getChildValue("fn", "").strip()
    if not name:
        raise InvalidDataError("Cannot read a card: it has no name (FN). Give it one.")
    values = {field: card.getChildValue(line) for line, field in FIELDS.items()}
    return {"name": name, **values}
