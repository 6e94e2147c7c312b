# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests that employees and cards are equal after a sync."""

from odoo.tests import tagged

from odoo.addons.connector.api import Magic
from odoo.addons.connector.tests.cards import card_text

from ..sync import EMPLOYEE_REL
from .common import EmployeeCase, make_card


@tagged("post_install", "-at_install")
class TestFetch(EmployeeCase):
    def test_first_fetch_creates_an_employee_for_each_card(self):
        for name in ("Ada", "Bob"):
            self.book.write(f"{name}.vcf", make_card(name, f"EMAIL:{name}@example.com"))

        told = self.settings.action_fetch()

        self.assertEqual(told["params"]["message"], f"{EMPLOYEE_REL}: 2 created")
        self.assertEqual(self.find("Ada.vcf").work_email, "Ada@example.com")
        self.assertEqual(self.find("Bob.vcf").name, "Bob")

    def test_second_fetch_creates_nothing(self):
        self.book.write("Ada.vcf", make_card("Ada"))
        self.settings.action_fetch()
        ada = self.find("Ada.vcf")

        told = self.settings.action_fetch()

        self.assertNotIn("created", told["params"]["message"])
        self.assertEqual(self.find("Ada.vcf"), ada)

    def test_broken_card_stops_no_other(self):
        self.book.write("Ada.vcf", make_card("Ada"))
        cards = [{"ref": "broken.vcf", "text": "hello"}, *self.book.read_all()]

        result = Magic(self.env).sync_x2odoo(
            cards, EMPLOYEE_REL, create=True, on_error="collect"
        )

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertTrue(self.find("Ada.vcf"))
        self.assertFalse(self.find("broken.vcf"))

    def test_nameless_card_is_told_and_stops_no_other(self):
        """One card without a name rolled all of the fetch back."""
        self.put("nobody.vcf", make_card("").replace("UID:", "UID:1"))
        self.put("Ada.vcf", make_card("Ada"))

        told = self.settings.action_fetch()["params"]

        self.assertIn("1 created, 1 failed", told["message"])
        self.assertRegex(told["message"], "nobody.vcf failed: .*it has no name")
        self.assertEqual(told["type"], "warning")
        self.assertTrue(self.find("Ada.vcf"))

    def test_fetched_employees_are_not_pushed_back(self):
        self.book.write("Ada.vcf", make_card("Ada", "NOTE:only there"))

        self.settings.action_fetch()

        self.assertEqual(self.commit_and_run_jobs(), 0)
        self.assertIn("only there", self.cards()["Ada.vcf"])


@tagged("post_install", "-at_install")
class TestPush(EmployeeCase):
    def setUp(self):
        super().setUp()
        self.book.write("Ada.vcf", make_card("Ada"))
        self.settings.action_fetch()
        self.ada = self.find("Ada.vcf")

    def test_push_of_all_writes_the_cards_of_those_that_have_one(self):
        quiet = self.ada.with_context(connector_no_export=True)
        quiet.write({"job_title": "Programmer"})
        quiet.create({"name": "Eve"})

        told = self.settings.action_push()

        self.assertIn("1 updated", told["params"]["message"])
        self.assertEqual(list(self.cards()), ["Ada.vcf"])
        self.assertIn("TITLE:Programmer", self.cards()["Ada.vcf"])

    def test_change_is_pushed_once_by_a_job(self):
        self.ada.work_phone = "1"
        self.ada.work_phone = "2"

        self.assertEqual(self.commit_and_run_jobs(), 1)
        self.assertIn("TEL:2", self.cards()["Ada.vcf"])

    def test_new_employee_gets_a_card(self):
        eve = self.env["hr.employee"].create({"name": "Eve"})
        self.commit_and_run_jobs()

        self.assertIn("FN:Eve", self.cards()[f"odoo-{eve.id}.vcf"])

    def test_what_no_card_holds_is_not_pushed(self):
        self.ada.color = 3

        self.assertEqual(self.commit_and_run_jobs(), 0)

    def test_deleted_employee_has_no_card(self):
        self.ada.unlink()
        self.commit_and_run_jobs()

        self.assertEqual(self.cards(), {})

    def test_card_that_is_gone_already_need_not_be_deleted(self):
        self.book.delete("Ada.vcf")
        self.ada.unlink()
        self.commit_and_run_jobs()

        job = self.env["connector.queue.job"].search([], limit=1, order="id desc")
        self.assertEqual(job.state, "done")

    def test_user_without_the_password_pushes(self):
        groups = [(4, self.env.ref("hr.group_hr_user").id)]
        officer = self.env["res.users"].create(
            {"name": "Officer", "login": "officer", "group_ids": groups}
        )
        self.ada.with_user(officer).work_phone = "4"
        self.commit_and_run_jobs()

        job = self.env["connector.queue.job"].search([], limit=1, order="id desc")
        self.assertEqual((job.user_id, job.state), (officer, "done"))
        self.assertIn("TEL:4", self.cards()["Ada.vcf"])

    def test_push_keeps_what_else_the_card_says(self):
        """The preferred number was deleted with all others, and pictures were cut."""
        self.put("Mandy.vcf", card_text("many-phones"))
        self.settings.action_fetch()
        before = self.cards()["Mandy.vcf"]

        self.find("Mandy.vcf").work_phone = "+1 99"
        self.commit_and_run_jobs()

        numbers = [f"+49 30 {number}" for number in range(10)]
        after = self.cards()["Mandy.vcf"]
        self.assertEqual(after, before.replace(numbers[0], "+1 99"))
        self.assertTrue(all(number in after for number in numbers[1:]))

    def test_number_removed_here_takes_no_other_with_it(self):
        self.put("Mandy.vcf", card_text("many-phones"))
        self.settings.action_fetch()
        mandy = self.find("Mandy.vcf")

        mandy.work_phone = False
        self.commit_and_run_jobs()
        mandy.job_title = "Boss"
        self.settings.action_push()

        self.assertEqual(self.cards()["Mandy.vcf"].count("\nTEL"), 9)
        self.assertIn("TITLE:Boss", self.cards()["Mandy.vcf"])

    def test_push_waits_for_a_server_that_is_away(self):
        self.settings.url = "http://127.0.0.1:1/"
        self.ada.work_phone = "3"
        with self.enter_registry_test_mode():
            self.commit_and_run_jobs()

        job = self.env["connector.queue.job"].search([], limit=1, order="id desc")
        self.assertEqual((job.state, job.retry), ("pending", 0), job.exc_info)
        self.assertTrue(job.network_since)  # an outage uses up time, and no tries
        self.assertIn("No answer from http://127.0.0.1:1/Ada.vcf", job.result)


@tagged("post_install", "-at_install")
class TestRefusal(EmployeeCase):
    def test_wrong_password_is_told(self):
        self.settings.password = "wrong"

        with self.assertRaisesRegex(Exception, "401 .*Correct its login and password"):
            self.settings.action_fetch()
