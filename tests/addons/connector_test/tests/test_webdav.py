# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of WebDAV adapters: files on real servers, and on one that answers as told."""

import requests

from odoo.addons.connector.api import (
    Backend,
    Basic,
    CalDavAdapter,
    ConnectorEnvironment,
    DavAdapter,
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    NetworkRetryableError,
    NotSentError,
    RetryableJobError,
)
from odoo.addons.connector.components.paged_adapter import NotDelivered, Unreadable
from odoo.addons.connector.flows.exporting.refusal import in_progress_s, is_outdated
from odoo.addons.connector.tests.answering_server import Reply
from odoo.addons.connector.tests.radicale import LOGIN, PASSWORD, Radicale
from odoo.addons.connector.tests.xandikos import Xandikos
from odoo.addons.connector.wire.webdav_answer import D

from .http_case import HttpBackendCase

CUSTOMER = "connector.test.customer"
FOLDER = "/shop/acme/"
MAKE_CALENDAR = """\
<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>
<resourcetype><collection/><c:calendar/></resourcetype></prop></set></mkcol>"""
NEW_EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Odoo//connector//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260131T120000Z
DTSTART:20260201T090000Z
SUMMARY:{summary}
END:VEVENT
END:VCALENDAR
"""
TOO_OLD = b'<error xmlns="DAV:"><valid-sync-token/></error>'
NO_RIGHTS = b'<error xmlns="DAV:"><need-privileges/></error>'
OF_SABRE = b'<d:error xmlns:d="DAV:"><s:exception>No</s:exception></d:error>'


def value_of(text, name):
    """Return the value of a line of a calendar."""
    found = [line for line in text.splitlines() if line.startswith(f"{name}:")]
    return found[0].partition(":")[2]


class EventAdapter(CalDavAdapter):
    _model_name = CUSTOMER
    _path = "{organizer}/"

    def parse(self, text):
        if "SUMMARY" not in text:
            raise ValueError("it has no SUMMARY.")
        return {name.lower(): value_of(text, name) for name in ("UID", "SUMMARY")}

    def edit(self, text, data):
        if text is None:
            return NEW_EVENT.format(**data).replace("\n", "\r\n")
        summary = f"SUMMARY:{value_of(text, 'SUMMARY')}"
        return text.replace(summary, f"SUMMARY:{data['summary']}")


class DavCase(HttpBackendCase):
    def setUp(self):
        super().setUp()
        self.service = Backend("connector_test", version="1")

    def adapter(self, base=EventAdapter, **members):
        cls = type(base)("Adapter", (base,), {"_model_name": CUSTOMER, **members})
        return cls(ConnectorEnvironment(self.http_backend, self.session, CUSTOMER))


class TestCalendar(DavCase):
    """On two servers that are real: what one alters, the other keeps byte for byte."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = [Radicale(), Xandikos()]
        for server in cls.servers:
            cls.addClassCleanup(server.stop)
            server.wait()

    def each_calendar(self):
        """Give an adapter to a new calendar on each server, one after the other."""
        self.declare(_auth=Basic(LOGIN, "{token}"))
        name = self._testMethodName
        for server in self.servers:
            url = f"http://127.0.0.1:{server.port}/{LOGIN}"
            data, kind = MAKE_CALENDAR.encode(), {"Content-Type": "text/xml"}
            asked = {"data": data, "headers": kind, "auth": (LOGIN, PASSWORD)}
            answer = requests.request("MKCOL", f"{url}/{name}/", timeout=30, **asked)
            answer.raise_for_status()
            self.http_backend.write({"url": url, "organizer": name, "token": PASSWORD})
            yield self.adapter()

    def test_event_that_is_sent_twice_is_one(self):
        for adapter in self.each_calendar():
            data = {"uid": "u1", "summary": "Tea"}
            first, again = adapter.create(data), adapter.create(data)

            self.assertEqual(first["external_id"], "u1.ics")
            self.assertEqual(again["external_id"], "u1.ics")
            self.assertEqual(adapter.check(), 1)
            with self.assertRaises(RetryableJobError):  # it is somebody else's
                adapter._put("u1.ics", adapter.edit(None, data), {"If-None-Match": "*"})

    def test_token_tells_what_changed_since(self):
        for adapter in self.each_calendar():
            for uid in ("u1", "u2", "u3"):
                adapter.create({"uid": uid, "summary": "Tea"})
            token = adapter.read_changes().token
            adapter.write("u1.ics", {"summary": "Cake"})
            adapter.delete("u2.ics")

            changes = adapter.read_changes(token)

            self.assertFalse(changes.is_full)
            self.assertEqual(list(changes.versions), ["u1.ics"])
            self.assertEqual(list(changes.deleted), ["u2.ics"])
            self.assertTrue(adapter.read_changes("http://x/unknown").is_full)

    def test_many_come_in_one_answer_with_their_versions(self):
        for adapter in self.each_calendar():
            for uid in ("u1", "u2"):
                adapter.create({"uid": uid, "summary": f"Tea {uid}"})
            versions = adapter.read_changes().versions
            adapter.read = None  # so that none is read alone

            records = adapter.read_many(["u1.ics", "u2.ics"])

            names = sorted(one["summary"] for one in records)  # in any order
            self.assertEqual(names, ["Tea u1", "Tea u2"])
            for one in records:
                self.assertEqual(one["etag"], versions[one["external_id"]])

    def test_what_changed_there_is_not_overwritten_or_deleted(self):
        for adapter in self.each_calendar():
            adapter.create({"uid": "u1", "summary": "Tea"})
            for change in (lambda one: one.write("u1.ics", {"summary": "Cake"}),
                           lambda one: one.delete("u1.ics")):  # fmt: skip
                adapter.read("u1.ics")
                self.adapter().write("u1.ics", {"summary": "Theirs"})

                with self.assertRaises(RetryableJobError) as caught:
                    change(adapter)

                self.assertTrue(is_outdated(caught.exception))
                self.assertEqual(adapter.read("u1.ics")["summary"], "Theirs")
                self.adapter().write("u1.ics", {"summary": "Back"})

    def test_file_that_is_gone_says_so(self):
        for adapter in self.each_calendar():
            with self.assertRaisesRegex(IDMissingInBackend, "'u9.ics' of 'Server'"):
                adapter.read("u9.ics")

    def test_folder_that_is_no_calendar_is_refused(self):
        for adapter in self.each_calendar():
            self.http_backend.organizer = "."
            with self.assertRaises(NotSentError):
                adapter.check()
            with self.assertRaisesRegex(FailedJobError, "not a calendar"):
                self.adapter(_path="").check()


class TestAnswers(DavCase):
    """What a server answers, and what follows."""

    def error_of(self, method, status, body=b"", name="a.ics"):
        """Return the error of a request about a file."""
        self.server.replies[FOLDER + name] = Reply(body, status)
        with self.assertRaises(Exception) as caught:
            self.adapter()._ask(method, name)
        return caught.exception

    def test_status_says_what_to_do(self):
        """As kind of error of a request that reads, and of one that writes."""
        later, never, gone = NetworkRetryableError, FailedJobError, IDMissingInBackend
        for status, read, write in (
            (401, never, never),
            (403, never, never),
            (404, gone, gone),
            (405, never, InvalidDataError),
            (408, later, later),
            (409, never, InvalidDataError),
            (412, RetryableJobError, RetryableJobError),
            (413, later, InvalidDataError),
            (415, never, InvalidDataError),
            (423, later, later),
            (429, later, later),
            (500, later, later),
            (501, never, InvalidDataError),
            (503, later, later),
            (507, later, later),
        ):
            for method, expected in (("REPORT", read), ("PUT", write)):
                with self.subTest(status=status, method=method):
                    self.assertIsInstance(self.error_of(method, status), expected)

    def test_backend_says_for_how_long_a_server_that_stumbles_is_asked(self):
        self.http_backend.network_retry_h = 2

        self.assertEqual(self.error_of("REPORT", 500).network_retry_s, 2 * 3600)

    def test_what_was_not_met_is_no_matter_of_the_login(self):
        for body, fact in (
            (TOO_OLD, "Correct the address"),
            (NO_RIGHTS, "login"),
            (OF_SABRE, "login"),
        ):
            error = self.error_of("REPORT", 403, body)
            with self.subTest(body):
                self.assertIsInstance(error, FailedJobError)
                self.assertIn(fact, str(error))

    def test_file_that_clashes_is_refused_and_not_in_progress(self):
        """409: another file has the UID; with a key it would be asked for ever."""
        clash = b'<C:error xmlns:C="urn:x"><C:no-uid-conflict/></C:error>'

        error = self.error_of("PUT", 409, clash)

        self.assertIsInstance(error, InvalidDataError)
        self.assertIsNone(in_progress_s(error))

    def test_server_that_fails_for_a_page_is_asked_for_each_file(self):
        texts = {"a.ics": "SUMMARY:A\nUID:a", "c.ics": "UID:c", "d.ics": "SUMMARY:\xe4"}
        for name, text in texts.items():
            encoding = "latin-1" if name == "d.ics" else "utf-8"
            self.server.replies[FOLDER + name] = Reply(text.encode(encoding))
        self.server.replies[f"{FOLDER}b.ics"] = Reply(status=500)
        names = ["a.ics", "b.ics", "c.ics", "d.ics"]
        for page in (Reply(status=500), Reply(b"<html>"), Reply(TOO_OLD, 403)):
            self.server.replies[FOLDER] = page
            with self.subTest(page):
                a, b, c, d = self.adapter().read_many(names)

                self.assertEqual((a["summary"], a["external_id"]), ("A", "a.ics"))
                self.assertIsInstance(b, NotDelivered)
                self.assertIsInstance(c, Unreadable)
                self.assertIn("no SUMMARY", c.reason)
                self.assertIsInstance(d, NotDelivered)
                self.assertIn("not UTF-8", d.reason)

    def test_server_that_answers_nobody_stops_the_page(self):
        for status, expected in ((401, FailedJobError), (503, NetworkRetryableError)):
            for path in ("", "a.ics", "b.ics"):
                self.server.replies[FOLDER + path] = Reply(status=status)
            with self.subTest(status), self.assertRaises(expected):
                self.adapter().read_many(["a.ics", "b.ics"])

    def test_wrong_address_says_what_to_do(self):
        with self.assertRaisesRegex(IDMissingInBackend, "404.*address of a calendar"):
            self.adapter().read_changes("token")

    def test_question_goes_along_with_a_redirect_on_the_own_server_only(self):
        answer = b'<multistatus xmlns="DAV:"/>'
        self.server.replies["/shop/b/"] = Reply(answer, 207)
        self.server.replies[FOLDER] = Reply(status=301, headers={"Location": "../b/"})

        self.adapter()._query("PROPFIND", self.question())

        self.assertEqual(self.last().path, "/shop/b/")
        self.assertIn(b"propfind", self.last().body)
        self.assertEqual(self.last().headers["Depth"], "1")
        other = {"Location": "http://other.example/b/"}
        self.server.replies[FOLDER] = Reply(status=301, headers=other)
        with self.assertRaisesRegex(FailedJobError, "redirects to"):
            self.adapter()._query("PROPFIND", self.question())

    def question(self):
        return D.propfind()

    def test_answers_are_not_packed(self):
        """A server that packs an answer calls its etag another one, or weak."""
        self.server.replies[f"{FOLDER}a.ics"] = Reply(b"SUMMARY:A\nUID:a")

        self.adapter().read("a.ics")

        self.assertEqual(self.last().headers["Accept-Encoding"], "identity")

    def test_name_that_leads_to_the_folder_is_not_asked_for(self):
        for name in ("", ".", "..", "%2e%2E"):
            with self.subTest(name), self.assertRaises(NotSentError):
                self.adapter().delete(name)
        self.assertEqual(self.server.asked, [])

    def test_version_of_the_media_type_is_asked_for(self):
        self.server.replies[FOLDER] = Reply(b'<multistatus xmlns="DAV:"/>', 207)
        self.server.replies[f"{FOLDER}a.ics"] = Reply(b"SUMMARY:A\nUID:a")

        self.adapter(_media_version="{version}").read_many(["a.ics"])

        body = next(one.body for one in self.server.asked if one.method == "REPORT")
        self.assertRegex(body.decode(), 'calendar-data [^>]*version="1"')
        with self.assertRaises(InvalidUsageError):
            self.adapter(_media_version="{ver")

    def test_etag_that_counts_from_0_for_each_file_says_nothing(self):
        self.assertTrue(self.adapter().is_weak_version('"gcs00000001"'))
        self.assertFalse(self.adapter().is_weak_version('"1"'))

    def test_any_folder_will_do_for_plain_files(self):
        kind = b"<resourcetype><collection/></resourcetype>"
        props = b"<propstat><prop>%s</prop></propstat>"
        row = b"<response><href>%s</href>" + props + b"</response>"
        rows = row % (FOLDER.encode(), kind)
        rows += row % (b"/shop/acme/a%20b.txt", b'<getetag>"1"</getetag>')
        answer = b'<multistatus xmlns="DAV:">%s</multistatus>' % rows
        self.server.replies[FOLDER] = Reply(answer, 207)
        self.server.replies[f"{FOLDER}a%20b.txt"] = Reply(b"Hello")
        adapter = self.adapter(DavAdapter, _path="acme")

        changes = adapter.read_changes()
        (record,) = adapter.read_many(list(changes.versions))

        self.assertEqual(changes.versions, {"a%20b.txt": '"1"'})
        self.assertEqual((record["text"], changes.token), ("Hello", None))


class TestCheckWith(DavCase):
    def test_check_counts_what_the_adapter_finds(self):
        self.declare(_check_with=CUSTOMER, _check=None)
        counting = {"_model_name": CUSTOMER, "check": lambda _adapter: 3}
        self.service(type(DavAdapter)("CountingAdapter", (DavAdapter,), counting))

        self.http_backend.action_check_connection()

        self.assertIn("Server has 3 records", self.http_backend.connection_message)
        self.assertEqual(self.http_backend.connection_state, "ok")

    def test_model_that_is_not_there_keeps_the_addon_from_loading(self):
        self.declare(_check_with="connector.test.custumer")

        with self.assertRaisesRegex(InvalidUsageError, f"'{CUSTOMER}'"):
            self.http_backend._check_declarations()
