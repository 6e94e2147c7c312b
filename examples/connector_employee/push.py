# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Push of an employee's changes into a card, without those that others make there."""

from .address_book import AddressBook, CardChanged
from .card import NEW_CARD, read_seen, remember, write_card

ANY = "*"  # etag of whatever is there
TRIES = 2  # who changes a card at the same moment does it once


def create_card(book: AddressBook, ref: str, employee) -> None:
    """Create the card of an employee."""
    text = write_card(ref, employee)
    try:
        book.create(ref, text)
    except CardChanged:  # it is there: made by a try before this one, or not ours
        update_card(book, ref, employee, read_seen(NEW_CARD))
    else:
        remember(employee, text)


def update_card(book: AddressBook, ref: str, employee, seen=None) -> None:
    """Write what was changed here into the card of an employee.

    Args:
        seen: what both sides said the last time; None takes what we remember, else
            what the card says now.

    Raises:
        InvalidDataError: a value was changed on both sides.
        CardChanged: the card changes faster than we can write it.
    """
    # who pushes need not be allowed to see it; it goes nowhere else
    seen = seen or employee.sudo().card_seen
    for tries_left in reversed(range(TRIES)):
        card = book.read(ref)
        seen = seen or read_seen(card["text"])
        text = write_card(ref, employee, card["text"], seen)
        try:
            if text != card["text"]:
                book.write(ref, text, card["etag"] or ANY)
            remember(employee, text, card["text"], seen)
            return
        except CardChanged:
            if not tries_left:
                raise
