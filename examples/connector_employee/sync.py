# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sync by which an employee here and a card there stay equal."""

from contextlib import suppress

from odoo.addons.connector.api import (
    IDMissingInBackend,
    InvalidDataError,
    declare_sync,
)

from .card import FIELDS, read_card, remember
from .push import create_card, update_card

EMPLOYEE_REL = "my_system_and_odoo_employee_rel"


@declare_sync(EMPLOYEE_REL)
def employee_sync(MAGIC):
    """Say how each side is created and updated."""
    employees = MAGIC.env["hr.employee"]
    book = MAGIC.env["employee.book"].open()

    def employee_create(employee):
        ref = f"odoo-{employee.id}.vcf"
        create_card(book, ref, employee)
        return ref

    def employee_update(ref, employee):
        update_card(book, ref, employee)
        MAGIC.log(f"Wrote card {ref}", MAGIC.LOG_DEBUG, record=employee)
        return ref

    def employee_create_odoo(card):
        return remember(employees.create(_read(card)), card["text"])

    def employee_update_odoo(employee, card):
        employee.write(_read(card))
        return remember(employee, card["text"])

    return {
        "x": {
            "get_ref": lambda card: card["ref"],
            "create": employee_create,
            "update": employee_update,
        },
        "odoo": {"create": employee_create_odoo, "update": employee_update_odoo},
    }


def delete_card(MAGIC, ref):
    """Delete the card of an employee who is gone."""
    with suppress(IDMissingInBackend):  # somebody else did
        MAGIC.env["employee.book"].open().delete(ref)


def _read(card: dict) -> dict:
    """Return the values of a card that may not have been delivered."""
    if reason := card.get("fault"):
        raise InvalidDataError(reason)
    return read_card(card["text"])


# Odoo keeps the job title in a record of its own, hr.version: who changes nothing but
# that one changes no employee. It goes along with the next push.
employee_sync.push_on(
    "hr.employee",
    create=True,
    write=True,
    unlink=delete_card,
    fields=["name", *FIELDS.values()],
)
