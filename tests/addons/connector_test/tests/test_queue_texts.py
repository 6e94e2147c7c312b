# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of long results and errors on screens: lists and forms stay small."""

import json

from lxml import etree

from odoo.tests import HttpCase, tagged

from odoo.addons.connector.models.long_text import LINE_SIZE, SHOWN_SIZE
from odoo.addons.connector.queue.graph import chain

from ..models.job import TRACE, end, leave_trace
from .queue_case import JOB, QueueCase, insert_row

MANY = 20_000_000  # characters of a result, as earlier versions stored them
SMALL = 100_000  # bytes of a list or a form
USER = "connector.group_connector_user"


def specification(model, view_type):
    """Return what the web client reads for a view, those inside it included."""
    arch = etree.fromstring(
        model.get_views([(False, view_type)])["views"][view_type]["arch"]
    )
    return fields_of(model, arch)


def fields_of(model, arch):
    """Return the fields of a view, as ``web_read`` expects them."""
    found = {}
    for node in arch.iter("field"):
        is_inside = next(node.iterancestors("list", "form")) is not arch
        if is_inside or node.get("name") not in model._fields:
            continue
        field = model._fields[node.get("name")]
        if field.type in ("one2many", "many2many"):
            lists = node.findall("list")
            inner = fields_of(model.env[field.comodel_name], lists[0]) if lists else {}
            found[field.name] = {"fields": inner, "limit": 40}
        elif field.type == "many2one":
            found[field.name] = {"fields": {"display_name": {}}}
        else:
            found[field.name] = {}
    return found


class TextCase(QueueCase):
    def setUp(self):
        super().setUp()
        self.boss = self.new_user("boss", "connector.group_connector_manager")

    def delay(self):
        """Delay a job."""
        return self.job(leave_trace.delay(self.session, TRACE))

    def long_job(self, **texts):
        """Return a failed job with texts of any length, and one attempt with them."""
        job = self.delay()
        for name, text in {"state": "failed", **texts}.items():
            self.env.cr.execute(
                f"UPDATE connector_queue_job SET {name} = %s WHERE id = %s",
                [text, job.id],
            )
        self.add_attempts(
            job, 1, message=texts.get("result"), exc_info=texts.get("exc_info")
        )
        job.invalidate_recordset()
        return job.with_user(self.boss)

    def add_attempts(self, job, count, **texts):
        """Let a job have failed some times."""
        for number in range(1, count + 1):
            insert_row(
                self.env,
                "connector.queue.attempt",
                job_id=job.id,
                attempt=number,
                state="failed",
                **texts,
            )

    def size_of(self, answer) -> int:
        """Return the bytes in which the web client gets an answer."""
        return len(json.dumps(answer, default=str).encode())


class TestSize(TextCase):
    def test_list_stays_small_beside_a_long_result(self):
        """One row brought its 20 MB into the list of jobs."""
        jobs = self.long_job(result="x" * MANY, exc_info="y" * MANY)

        answer = jobs.web_search_read([], specification(jobs, "list"), limit=80)

        self.assertLess(self.size_of(answer), SMALL)
        self.assertEqual(len(answer["records"][0]["result_line"]), LINE_SIZE)

    def test_form_stays_small_beside_a_long_result(self):
        """The form of that job brought 40 MB, and those of its attempts."""
        jobs = self.long_job(result="x" * MANY, exc_info="y" * MANY)

        answer = jobs.web_read(specification(jobs, "form"))

        self.assertLess(self.size_of(answer), SMALL)
        self.assertIn("result_text", answer[0])
        self.assertIn("message_line", answer[0]["attempt_ids"][0])

    def test_list_does_not_even_read_long_texts_from_the_database(self):
        job = self.long_job(result="x" * 1_000, exc_info="y" * 1_000)
        job.invalidate_recordset()

        job.web_read(specification(job, "list"))

        for name in ("result", "exc_info", "result_json"):
            with self.subTest(name=name):
                cache = job._fields[name]._get_cache(job.env)
                self.assertFalse(job.id in cache)


class TestTexts(TextCase):
    def test_list_shows_the_first_line(self):
        for text, line in (
            ("", False),
            (None, False),
            (" \n ", False),
            ("done", "done"),
            ("\n  It failed.\nAnd more.", "It failed. …"),
            ("é" * LINE_SIZE, "é" * LINE_SIZE),
            ("é" * (LINE_SIZE + 1), "é" * (LINE_SIZE - 2) + " …"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.long_job(result=text).result_line, line)

    def test_form_shows_a_short_text_as_it_is(self):
        for text in ("one\ntwo", "é" * SHOWN_SIZE):
            with self.subTest(size=len(text)):
                job = self.long_job(result=text, exc_info=text)

                self.assertEqual((job.result_text, job.exc_info_text), (text, text))
                self.assertFalse(job.result_url or job.exc_info_url)

    def test_form_shows_start_and_end_of_a_long_text_and_where_the_rest_is(self):
        text = f"first{'é' * MANY}last"

        job = self.long_job(result=text, exc_info=text)

        for shown in (
            job.result_text,
            job.exc_info_text,
            job.attempt_ids.message_text,
            job.attempt_ids.exc_info_text,
        ):
            self.assertTrue(shown.startswith("firsté") and shown.endswith("élast"))
            self.assertLess(len(shown), SHOWN_SIZE + 100)
            left_out = len(text.encode()) - (2 * SHOWN_SIZE - len("firstlast"))
            self.assertIn(f" … {left_out:,} bytes left out … ", shown)
        self.assertEqual(
            job.exc_info_url, f"/connector/text/connector.queue.job/{job.id}/exc_info"
        )

    def test_long_text_of_one_letter_is_long(self):
        job = self.long_job(result="x" * (SHOWN_SIZE + 1))

        self.assertIn(" … 1 bytes left out … ", job.result_text)
        self.assertTrue(job.result_url)

    def test_job_without_texts_shows_none(self):
        job = self.job(leave_trace.delay(self.session, TRACE))

        self.assertFalse(job.result_line or job.result_text or job.exc_info_text)

    def test_message_of_a_job_that_is_set_to_done_is_bounded(self):
        job = self.job(leave_trace.delay(self.session, TRACE))

        job._change_job_state("done", "x" * 100_000)

        self.assertLess(len(job.result), 5_000)

    def test_jobs_that_wait_for_others_show_why_they_were_cancelled(self):
        jobs = (end.delayable(self.session, TRACE, name) for name in "ab")
        chain(*jobs).delay()
        first, second = self.jobs()
        first.button_cancel()
        self.run_jobs()

        self.assertIn("Cancelled: it was to run once", second.result_line)


@tagged("post_install", "-at_install")
class TestDownload(TextCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.connector, self.session = self.session, None  # HttpCase keeps one there
        self.text = f"<b>first</b>{'é' * SHOWN_SIZE}last"
        self.row = self.long_job(result=self.text, exc_info=self.text)

    def delay(self, user=None):
        """Delay a job, as a user."""
        session = self.session_of(user) if user else self.connector
        return self.job(leave_trace.delay(session, TRACE))

    def get(self, path, login="boss"):
        """Return the answer to a user."""
        self.authenticate(login, login)
        return self.url_open(path)

    def test_whole_text_is_a_file(self):
        for url in (
            self.row.result_url,
            self.row.exc_info_url,
            self.row.attempt_ids.exc_info_url,
        ):
            with self.subTest(url=url):
                answer = self.get(url)

                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.content.decode(), self.text)
                kind = answer.headers["Content-Type"]
                self.assertEqual(kind, "text/plain; charset=utf-8")
                self.assertIn("attachment", answer.headers["Content-Disposition"])
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_text_is_for_those_who_may_read_the_job(self):
        owner = self.new_user("owner", USER)
        own = self.delay(owner)
        self.env.cr.execute(
            "UPDATE connector_queue_job SET result = %s WHERE id = %s", ["mine", own.id]
        )
        attempt = insert_row(
            self.env,
            "connector.queue.attempt",
            job_id=own.id,
            attempt=1,
            state="failed",
            exc_info="mine",
        )
        self.new_user("eve", USER)
        self.new_user("plain")
        paths = (
            f"/connector/text/connector.queue.job/{own.id}/result",
            f"/connector/text/connector.queue.attempt/{attempt.id}/exc_info",
        )
        for path in paths:
            for login, status in (("owner", 200), ("eve", 404), ("plain", 404)):
                with self.subTest(path=path, login=login):
                    self.assertEqual(self.get(path, login).status_code, status)

    def test_nothing_else_can_be_read(self):
        for path in (
            f"connector.queue.job/{self.row.id}/payload",
            f"connector.queue.job/{self.row.id}/result_json",
            "connector.queue.job/999999999/result",
            f"res.users/{self.env.uid}/login",
            "ir.config_parameter/1/value",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.get(f"/connector/text/{path}").status_code, 404)

    def test_stranger_has_to_log_in(self):
        answer = self.url_open(self.row.result_url, allow_redirects=False)

        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])


class TestJobModel(TextCase):
    def test_reading_the_name_reads_no_long_text(self):
        job = self.env[JOB].browse(self.long_job(result="x", exc_info="y").id)
        job.invalidate_recordset()

        self.assertTrue(job.name)

        for name in ("result", "exc_info", "result_json", "payload"):
            with self.subTest(name=name):
                self.assertFalse(job.id in job._fields[name]._get_cache(job.env))
