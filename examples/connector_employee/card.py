# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An employee as a vCard, and a vCard as an employee."""

from odoo.addons.connector.api import InvalidDataError, NothingToDoJob

from .card_text import CardText, escape, unescape

FIELDS = {"EMAIL": "work_email", "TEL": "work_phone", "TITLE": "job_title"}
"""Of each line of a card, the field of the employee; the name is told apart."""

NAMES = ("FN", "N", "NICKNAME", "ORG", "EMAIL")  # the first that is filled names it
NAME_ORDER = (3, 1, 2, 0, 4)  # of the parts of N: prefix, given, more, family, suffix
FAMILY, GIVEN = 0, 1
NEW_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"


def read_card(text: str) -> dict:
    """Return the values of an employee that a vCard holds.

    Raises:
        InvalidDataError: it is no vCard, or has no name.
        NothingToDoJob: it is a list of other cards.
    """
    card = _parse(text)
    kind = card.read("KIND") or card.read("X-ADDRESSBOOKSERVER-KIND")
    if kind.lower() == "group":
        raise NothingToDoJob("The card is a list of other cards.")
    values = _read_values(card)
    if not values["name"]:
        raise InvalidDataError("Cannot read a card: it has no name (FN). Give it one.")
    if not all(map(_is_utf8, values.values())):
        raise InvalidDataError(
            f"Cannot read a card: {values} is not UTF-8. Correct it."
        )
    return {field: value or None for field, value in values.items()}


def write_card(uid: str, employee, known: str = NEW_CARD, seen=None) -> str:
    """Return the card of an employee, with what was changed here.

    Args:
        known: the card that is there.
        seen: what both sides said the last time, see :func:`remember`; None takes
            what ``known`` says, as :func:`read_seen` does.

    Raises:
        InvalidDataError: ``known`` is no vCard, or a value was changed on both sides.
    """
    card, seen = _parse(known), seen or read_seen(known)
    here, there = read_employee(employee), _read_values(card)
    if known == NEW_CARD:
        card.write("UID", uid)
    for line, field in {"FN": "name", **FIELDS}.items():
        if _is_changed(uid, line, here[field], there[field], seen[field]):
            card.write(line, here[field])
            if line == "FN":
                card.write_raw("N", _follow_name(card.read_parts("N"), here[field]))
    return str(card)


def remember(employee, text: str, before: str = "", seen: dict | None = None):
    """Return the employee; keep what both say, to know later who has changed what.

    Args:
        text: the card as it is now.
        before: the card as it was before a push, with what was ``seen`` until then. A
            value that differs and was not pushed is still to be settled.
    """
    here, there = read_employee(employee), _read_values(_parse(text))
    was = _read_values(_parse(before)) if seen else {}
    now = {field: (here[field], there[field]) for field in here}
    for field, (said_here, said_there) in now.items():
        if said_here != said_there and said_there == was.get(field):
            now[field] = seen[field]
    # who pushes need not be allowed to see it; it goes nowhere else
    employee.sudo().card_seen = now
    return employee


def read_seen(text: str) -> dict:
    """Return what a card says, where nobody knows what the employee said then."""
    return {field: (None, said) for field, said in _read_values(_parse(text)).items()}


def read_employee(employee) -> dict[str, str]:
    """Return what an employee says, as cards would."""
    return {
        field: (employee[field] or "").strip() for field in ("name", *FIELDS.values())
    }


def _read_values(card: CardText) -> dict[str, str]:
    """Return what a card says of each field of an employee; maybe nothing."""
    values = {field: card.read(line) for line, field in FIELDS.items()}
    parts = card.read_parts("N")
    names = {
        "N": " ".join(parts[place] for place in NAME_ORDER if place < len(parts)),
        "ORG": next(filter(None, card.read_parts("ORG")), ""),
    }
    found = (unescape(names[line]) if line in names else card.read(line)
             for line in NAMES)  # fmt: skip
    name = next(filter(None, (" ".join(one.split()) for one in found)), "")
    return {"name": name, **values}


def _is_utf8(value: str) -> bool:
    # other bytes were read as what stands for nothing in Unicode
    return value == value.encode(errors="replace").decode()


def _is_changed(uid: str, line: str, here: str, there: str, seen) -> bool:
    """Tell whether a value was changed here, and only here."""
    seen_here, seen_there = seen
    if here == there or here == (seen_here or ""):
        return False
    if there == seen_there:
        return True
    raise InvalidDataError(
        f"Cannot write card {uid!r}: {line} was changed on both sides, to {here!r} "
        f"here and to {there!r} in the card. Make them equal, then push again."
    )


def _follow_name(parts: list[str], name: str) -> str:
    """Return N for a new name: the parts that are still in it stay what they are."""
    words = escape(name).split()
    parts = [
        part if set(part.replace(",", " ").split()) <= set(words) else ""
        for part in (*parts, *[""] * len(NAME_ORDER))[: len(NAME_ORDER)]
    ]
    if not parts[GIVEN]:  # the parts were none
        parts[FAMILY] = ""
    known = " ".join(parts).replace(",", " ").split()
    rest = [word for word in words if word not in known]
    if rest and not parts[FAMILY]:
        family = rest if parts[GIVEN] else rest[-1:]
        parts[FAMILY], rest = " ".join(family), rest[: -len(family)]
    parts[GIVEN] = " ".join(filter(None, (parts[GIVEN], *rest)))
    return ";".join(parts)


def _parse(text: str) -> CardText:
    try:
        return CardText(text)
    except ValueError as error:
        raise InvalidDataError(f"Cannot read a card: {error} Correct it.") from error
