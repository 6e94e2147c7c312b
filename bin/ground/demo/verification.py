# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Verification that Odoo holds what the cards say, read over its API."""

import xmlrpc.client
from collections.abc import Iterable, Iterator

from ground.demo.people import REFUSED, Person

LOGIN = PASSWORD = "admin"
NAMES_OF_USES = {"home": "Home", "work": "Work", "cell": "Mobile"}
USES = ("home", "work", "cell")  # the order in which children are made
TEXT_FIELDS = ("street", "zip", "city", "phone", "email")
FIELDS = (
    *("external_id", "odoo_id", "name", "function", "company_name", "is_company"),
    *("birthday", "category_id", "child_ids", "image_128", "country_id", *TEXT_FIELDS),
)


class Odoo:
    """The external API of a running Odoo."""

    def __init__(self, url: str, database: str):
        self.database = database
        self.object = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        self.uid = common.authenticate(database, LOGIN, PASSWORD, {})

    def read(self, model: str, domain: list, fields: Iterable[str]) -> list[dict]:
        """Return the records of a model in a domain."""
        key = self.database, self.uid, PASSWORD
        options = {"fields": list(fields), "order": "id"}
        return self.object.execute_kw(*key, model, "search_read", [domain], options)


def find_mistakes(
    url: str, database: str, books: dict[str, list[Person]], reports: list[dict]
) -> list[str]:
    """Return a line for each thing that is not as it should be.

    Args:
        url: where Odoo serves.
        database: name of its database.
        books: who is in each address book.
        reports: what each import said it did, by book; the last one had no news.
    """
    odoo = Odoo(url, database)
    tags = odoo.read("res.partner.category", [], ["name"])
    names = {tag["id"]: tag["name"] for tag in tags}
    mistakes = []
    for book, people in books.items():
        mistakes += _check_counts(people, reports[0][book])
        mistakes += _check_nothing_done(reports[-1][book])
        mistakes += _check_contacts(odoo, book, people, names)
    return mistakes


def _check_counts(people: list[Person], report: dict) -> Iterator[str]:
    """Yield what an import got wrong: every card has one outcome, faults are found."""
    outcomes = ("created", "updated", "unchanged", "skipped", "rejected")
    if not len(people) == report["read"] == sum(report[name] for name in outcomes):
        yield f"{report['name']}: {len(people)} cards, and the import says {report}"
    broken = {f"{person.uid}.vcf" for person in people if person.fault in REFUSED}
    for card in sorted(broken ^ report["reasons"].keys()):
        was = "not rejected" if card in broken else "rejected without a fault"
        yield f"{report['name']}: {card} was {was}"


def _check_nothing_done(report: dict) -> Iterator[str]:
    """Yield what an import did though nothing had changed."""
    for name in ("created", "updated", "deleted", "rejected"):
        if report[name]:
            yield f"{report['name']}: the last import {name} {report[name]} contacts"


def _check_contacts(
    odoo: Odoo, book: str, people: list[Person], tags: dict[int, str]
) -> Iterator[str]:
    """Yield each difference between the cards of a book and the contacts in Odoo."""
    healthy = {
        f"{person.uid}.vcf": person for person in people if person.fault not in REFUSED
    }
    contacts = odoo.read(
        "carddav.res.partner", [("backend_id.name", "=", book)], FIELDS
    )
    children = _read_children(odoo, contacts)
    found = {contact["external_id"]: contact for contact in contacts}
    for card in sorted(healthy.keys() ^ found.keys()):
        yield f"{book}: {card} is {'not in' if card in healthy else 'still in'} Odoo"
    for card in sorted(healthy.keys() & found.keys()):
        own = children.get(found[card]["odoo_id"][0], [])
        seen = _describe_contact(found[card], tags, own)
        for field, value in _describe_person(healthy[card]).items():
            if seen[field] != value:
                yield f"{book}: {card}: {field} is {seen[field]!r}, expected {value!r}"


def _read_children(odoo: Odoo, contacts: Iterable[dict]) -> dict[int, list[tuple]]:
    """Return what children say, by the id of their parent."""
    ids = [contact["odoo_id"][0] for contact in contacts]
    by_parent: dict[int, list[tuple]] = {}
    fields = ("name", "parent_id", "country_id", *TEXT_FIELDS)
    for child in odoo.read("res.partner", [("parent_id", "in", ids)], fields):
        line = (child["name"], *_texts(child))
        by_parent.setdefault(child["parent_id"][0], []).append(line)
    return by_parent


def _describe_contact(
    contact: dict, tags: dict[int, str], children: list[tuple]
) -> dict:
    """Return what Odoo says about a contact."""
    return {
        "name": contact["name"],
        "function": contact["function"] or "",
        "company_name": contact["company_name"] or "",
        "is_company": contact["is_company"],
        "birthday": contact["birthday"] or "",
        "categories": sorted(tags[tag] for tag in contact["category_id"]),
        "has picture": bool(contact["image_128"]),
        "address": _texts(contact),
        "country": contact["country_id"][1] if contact["country_id"] else "",
        "children": sorted(children),
    }


def _texts(record: dict) -> tuple[str, ...]:
    return tuple(record[field] or "" for field in TEXT_FIELDS)


def _describe_person(person: Person) -> dict:
    """Return what Odoo should say about a person, from what the person is."""
    points = [list(person.addresses), list(person.phones), list(person.emails)]
    main = [uses[0] if uses else None for uses in points]
    others = ([use if use in uses[1:] else None for uses in points] for use in USES)
    return {
        "name": person.name,
        "function": person.title,
        "company_name": "" if person.is_company else person.company,
        "is_company": person.is_company,
        "birthday": "" if person.fault == "no birthday" else str(person.birthday or ""),
        "categories": sorted(person.categories),
        "has picture": bool(person.picture) and person.fault != "no picture",
        "address": _place(person, *main),
        "country": person.region.country if person.addresses else "",
        "children": sorted(
            (NAMES_OF_USES[next(filter(None, uses))], *_place(person, *uses))
            for uses in others
            if any(uses)
        ),
    }


def _place(person: Person, home: str | None, phone: str | None, email: str | None):
    address = person.addresses.get(home)
    place = (address.street, address.code, address.city) if address else ("", "", "")
    return (*place, person.phones.get(phone, ""), person.emails.get(email, ""))
