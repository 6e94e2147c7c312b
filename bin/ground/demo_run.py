# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/demo``: real contacts in a real Odoo, and in the cards of a real server."""

import argparse
import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ground import cache, odoo_server, shop_demo
from ground.demo import database, lifetime, radicale
from ground.demo.cards import write_card
from ground.demo.people import Person, make_people
from ground.demo.verification import LOGIN, PASSWORD, find_mistakes
from ground.process import tail
from ground.say import Progress, StepFailed, say
from ground.workbench import Workbench, prepare

SCRIPTS = Path(__file__).parent / "demo"
IMPORT, BOTH = SCRIPTS / "import_contacts.py", SCRIPTS / "change_both.py"
VERSIONS = {"Friends": "3.0", "Customers": "4.0"}  # of each address book
DEFAULT_COUNT = 500
SHOWN_MISTAKES = 20
CHECKPOINTS, JOBS = "connector-checkpoints", "connector-jobs"  # paths of screens
CONTACTS = "connector_carddav.connector_default_action_carddav_res_partner"
STREAMS = "connector.connector_stream_action"

DESCRIPTION = """\
Starts a CardDAV server with two address books, one of vCard 3.0 and one of 4.0, and
an Odoo of our own. Imports them by the streams of examples/connector_carddav, says how
far these are and what they did. Then changes a contact in Odoo, its card, and both at
once, says what each side has, and serves Odoo until Ctrl-C. What is missing is set up
first. The database stays: the next run finds the contacts and changes nothing.
"bin/demo shop" is another one: a Vendure shop, whose products, customers and orders
come in, and whose stock and deliveries go out.
"""

Books = dict[str, list[Person]]


def main(arguments: list[str]) -> int:
    """Run the demo; return 0, or 1 when ``--once`` finds a mistake."""
    if arguments[:1] == ["shop"]:
        return shop_demo.main(arguments[1:])
    options = _read_options(arguments)
    books = _make_books(options.count)
    with lifetime.interrupted_by_signals(), lifetime.alone():
        bench = prepare()
        name = database.find_database(bench, options.fresh)
        log = cache.folder("logs") / f"{name}.log"
        with _address_books(bench, books) as server:
            say("- start Odoo, which runs the jobs")
            places = {"log": log, "port": options.port}
            with odoo_server.serving(bench, name, **places, **radicale.REACHED) as odoo:
                reports = [_import_books("import", bench, name, server)]
                _print_refusals(reports[0])
                if not options.once:
                    _print_mistakes(_change_both(bench, name, server))
                    return _serve(odoo)
                step = "import again, which should change nothing"
                reports.append(_import_books(step, bench, name, server))
                mistakes = _change_both(bench, name, server, ONCE="1")
                mistakes += find_mistakes(odoo.url, name, books, reports)
                return _verify(mistakes)


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/demo", description=DESCRIPTION)
    parser.add_argument(
        "--once",
        action="store_true",
        help="import twice, verify the result from outside, and end with 0 or 1",
    )
    parser.add_argument(
        "--count",
        type=int,
        default=DEFAULT_COUNT,
        metavar="N",
        help=f"number of cards (default: {DEFAULT_COUNT})",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start over with an empty database"
    )
    parser.add_argument(
        "--port", type=int, help="port that Odoo serves on (default: a free one)"
    )
    options = parser.parse_args(arguments)
    if options.count < 0:
        parser.error(f"--count is {options.count}, expected 0 or more")
    if options.port is not None:
        lifetime.check_port(options.port)
    return options


def _make_books(count: int) -> Books:
    """Return who is in each address book."""
    people = make_people(count)
    return {name: people[start :: len(VERSIONS)] for start, name in enumerate(VERSIONS)}


@contextlib.contextmanager
def make_address_books(bench: Workbench, count: int) -> Iterator[radicale.Radicale]:
    """Give a CardDAV server with so many cards."""
    with _address_books(bench, _make_books(count)) as server:
        yield server


@contextlib.contextmanager
def _address_books(bench: Workbench, books: Books) -> Iterator[radicale.Radicale]:
    """Give a CardDAV server with the cards of everybody."""
    count = sum(map(len, books.values()))
    say(f"- start a CardDAV server with {count} cards in {len(books)} address books")
    with radicale.running(bench.python) as server:
        for book, people in books.items():
            cards = [write_card(person, VERSIONS[book]) for person in people]
            server.make_book(book.lower(), cards)
        yield server


def _import_books(
    step: str, bench: Workbench, name: str, server: radicale.Radicale
) -> dict[str, dict]:
    """Import the address books and say what was done; return it by book."""
    books = json.dumps([_describe(book, server) for book in VERSIONS])
    process = odoo_server.open_script(bench, name, IMPORT, BOOKS=books)
    done = {report["name"]: report for report in _watch(step, process)}
    for book, report in done.items():
        if error := report.get("error"):
            raise StepFailed(f"import {book}", error, "Run the command again.")
        print(
            f"{book} (vCard {VERSIONS[book]}): {report['read']} read, "
            f"{report['created']} created, {report['updated']} updated, "
            f"{report['unchanged']} unchanged, {report['skipped']} skipped, "
            f"{report['rejected']} rejected, {report['deleted']} deleted there, "
            f"{report['not_delivered']} not delivered",
            flush=True,
        )
    return done


def _describe(book: str, server: radicale.Radicale) -> dict[str, str]:
    """Return an address book as Odoo has to know it."""
    return {
        "name": book,
        "version": VERSIONS[book],
        "url": server.url(book.lower()),
        "username": radicale.LOGIN,
        "password": radicale.PASSWORD,
    }


def _change_both(
    bench: Workbench, name: str, server: radicale.Radicale, **variables: str
) -> list[str]:
    """Change a contact here and there, say what becomes of it; return what is wrong."""
    say("- change a contact in Odoo, its card, and both")
    book = json.dumps(_describe(next(iter(VERSIONS)), server))
    process = odoo_server.open_script(bench, name, BOTH, BOOK=book, **variables)
    mistakes = []
    for line in process.stdout:
        answer = json.loads(line)
        if "mistake" in answer:
            mistakes.append(f"both ways: {answer['mistake']}")
        if "say" in answer:
            print(answer["say"], flush=True)
    _output, errors = process.communicate()
    if process.returncode:
        raise StepFailed("change both sides", tail(errors), "Run the command again.")
    return mistakes


def _watch(step: str, process: subprocess.Popen) -> list[dict]:
    """Show how far the jobs are; return what they have done."""
    states = {}
    progress = Progress(
        step, lambda: ", ".join(f"{book}: {state}" for book, state in states.items())
    )
    progress.start()
    for line in process.stdout:
        answer = json.loads(line)
        states.update(answer.get("states", {}))
        progress.tick()
        if "reports" in answer:
            progress.end()
            process.communicate()
            return answer["reports"]
    _output, errors = process.communicate()
    raise StepFailed(step, tail(errors), "Mend what it names, then run it again.")


def _print_refusals(done: dict[str, dict]) -> None:
    """Print why cards were rejected, and which lack a part."""
    for book, report in done.items():
        for reason in report["reasons"].values():
            print(f"Rejected by {book}: {reason}")
        for remark in report["remarks"].values():
            print(f"Remark of {book}: {remark}")


def _verify(mistakes: list[str]) -> int:
    """Print what is wrong and return the exit code."""
    _print_mistakes(mistakes)
    if mistakes:
        print(f"The demo failed: {len(mistakes)} mistakes.")
        return 1
    print("The demo is fine: every contact in Odoo is what its card says, both ways.")
    return 0


def _print_mistakes(mistakes: list[str]) -> None:
    for mistake in mistakes[:SHOWN_MISTAKES]:
        print(f"WRONG: {mistake}")


def _serve(odoo: odoo_server.OdooServer) -> int:
    """Serve until somebody stops it."""
    print(f"\nOdoo: {odoo.url}/odoo/action-{CONTACTS}")
    print(f"Streams, with their runs: {odoo.url}/odoo/action-{STREAMS}")
    print(f"Rejected cards are checkpoints: {odoo.url}/odoo/{CHECKPOINTS}")
    print("There, decide about the phone of Ada Lovelace, which both sides edited.")
    print(f"Each job leads to what it did: {odoo.url}/odoo/{JOBS}")
    print(f"Login: {LOGIN}, password: {PASSWORD}. Stop with Ctrl-C.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        code = odoo.process.wait()
        why = f"it ended by itself with {code}."
        raise StepFailed("serve Odoo", why, f"Read {odoo.log}.")
    return 0
