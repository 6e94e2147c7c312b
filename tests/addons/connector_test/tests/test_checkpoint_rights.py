# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the rights on checkpoints."""

from odoo.exceptions import AccessError

from .checkpoint_case import CheckpointCase

OPERATIONS = ("read", "write", "create", "unlink")
# On an own (assigned) and on another's checkpoint; all is what a manager may do.
ALLOWED = {
    "nobody": ("", ""),
    "user": ("read write", ""),
    "reviewer": ("read write", "read write"),
    "manager": ("read write create unlink", "read write create unlink"),
}


class TestCheckpointRights(CheckpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "nobody": cls.new_user("test_nobody"),
            "user": cls.new_user("test_user", "group_connector_user"),
            "reviewer": cls.new_user("test_reviewer", "group_connector_reviewer"),
            "manager": cls.new_user("test_manager", "group_connector_manager"),
        }

    def test_each_group_may_do_its_part(self):
        other = self.add()
        for role, (on_own, on_other) in ALLOWED.items():
            own = self.add_other(user_id=self.users[role].id)
            for checkpoint, allowed in ((own, on_own), (other, on_other)):
                found = checkpoint.with_user(self.users[role])
                with self.subTest(role, checkpoint=checkpoint, allowed=allowed):
                    may = [name for name in OPERATIONS if found.has_access(name)]
                    self.assertEqual(may, allowed.split())

    def test_user_sees_assigned_checkpoints_only(self):
        self.add()
        mine = self.add_other(user_id=self.users["user"].id)

        found = self.checkpoints.with_user(self.users["user"]).search([])

        self.assertEqual(found, mine)

    def test_reviewer_sees_all_checkpoints(self):
        added = self.add() | self.add_other(user_id=self.users["user"].id)

        found = self.checkpoints.with_user(self.users["reviewer"]).search([])

        self.assertLessEqual(added, found)

    def test_nobody_sees_checkpoints_of_other_companies(self):
        there = self.env["res.company"].create({"name": "Elsewhere"})
        other_backend = self.backend_record.copy({"company_id": there.id})
        elsewhere = other_backend.add_checkpoint(message="Look!")
        elsewhere.user_id = self.users["user"]

        for role in ("user", "reviewer", "manager"):
            with self.subTest(role):
                found = self.checkpoints.with_user(self.users[role]).search([])
                self.assertNotIn(elsewhere, found)

    def test_form_does_not_give_the_name_of_a_backend_of_another_company(self):
        """The name was copied with all rights, also into a form that names any."""
        backend = self.close_backend()
        form = self.checkpoints.with_user(self.users["manager"])
        values = {"backend_id": f"{backend._name},{backend.id}"}

        told = form.onchange(values, ["backend_id"], {"backend_name": {}})

        self.assertNotIn("Far Shop", f"{told}")

    def test_manager_cannot_move_a_checkpoint_to_a_backend_of_another_company(self):
        backend = self.close_backend()
        checkpoint = self.add().with_user(self.users["manager"])

        with self.assertRaises(AccessError):
            checkpoint.backend_id = backend

    def close_backend(self):
        """Return a backend that only users of its company may read."""
        self.env["ir.rule"].create(
            {
                "name": "own companies",
                "model_id": self.env["ir.model"]._get_id(self.backend_record._name),
                "domain_force": "[('company_id', 'in', company_ids + [False])]",
            }
        )
        there = self.env["res.company"].create({"name": "Elsewhere"})
        return self.backend_record.copy({"name": "Far Shop", "company_id": there.id})

    def test_user_reviews_the_assigned_checkpoint(self):
        mine = self.add(user_id=self.users["user"].id)

        mine.with_user(self.users["user"]).reviewed()

        self.assertEqual(mine.state, "reviewed")

    def test_user_cannot_review_the_checkpoint_of_another(self):
        with self.assertRaises(AccessError):
            self.add().with_user(self.users["user"]).reviewed()

    def test_reviewer_cannot_change_what_a_checkpoint_is_about(self):
        checkpoint = self.add(user_id=self.users["user"].id)
        other = self.backend_record.copy()
        for vals in (
            {"message": "Look!"},
            {"record_id": self.env.user.partner_id.id},
            {"model_id": self.env["ir.model"]._get("res.users").id},
            {"backend_id": f"{other._name},{other.id}"},
            {"company_id": self.env.company.id},
            {"job_id": 1},
            {"odoo_version": "{}"},
            {"seen_count": 7},
            {"merge_key": "x"},
        ):
            for role in ("user", "reviewer"):
                with self.subTest(role, vals=vals), self.assertRaises(AccessError):
                    checkpoint.with_user(self.users[role]).write(vals)

    def test_reviewer_gives_the_checkpoint_to_somebody(self):
        checkpoint = self.add()

        checkpoint.with_user(self.users["reviewer"]).user_id = self.users["user"]

        self.assertEqual(checkpoint.user_id, self.users["user"])

    def test_wizard_gives_no_more_rights(self):
        wizards = self.env["connector.checkpoint.review"]
        checkpoint = self.add()

        for role in ("nobody", "user"):
            with self.subTest(role), self.assertRaises(AccessError):
                wizard = wizards.with_user(self.users[role]).create(
                    {"checkpoint_ids": [(6, 0, checkpoint.ids)]}
                )
                wizard.review()
        self.assertEqual(checkpoint.state, "need_review")

    def test_reviewer_reviews_in_bulk(self):
        checkpoints = self.add() | self.add_other()
        reviewer = self.env["connector.checkpoint.review"].with_user(
            self.users["reviewer"]
        )

        reviewer.create({"checkpoint_ids": [(6, 0, checkpoints.ids)]}).review()

        self.assertEqual(set(checkpoints.mapped("state")), {"reviewed"})

    def test_manager_sees_all_checkpoints_of_own_companies(self):
        self.backend_record.company_id = self.env.company
        added = self.add() | self.add_other(user_id=self.users["user"].id)

        found = self.checkpoints.with_user(self.users["manager"]).search([])

        self.assertLessEqual(added, found)

    def test_checkpoints_can_be_assigned_to_users_of_the_connector(self):
        field = self.checkpoints._fields["user_id"]

        domain = field.get_comodel_domain(self.checkpoints)
        assignable = self.env["res.users"].search(domain)

        self.assertIn(self.users["user"], assignable)
        self.assertNotIn(self.users["nobody"], assignable)

    def test_menu_is_there_for_users_of_the_connector(self):
        menu = self.env.ref("connector.menu_checkpoint")
        for role, is_visible in (("nobody", False), ("user", True), ("manager", True)):
            with self.subTest(role):
                menus = self.env["ir.ui.menu"].with_user(self.users[role])
                self.assertEqual(menu.id in menus.load_menus(False), is_visible)

    def test_administrator_is_a_manager(self):
        admin = self.env.ref("base.user_admin")

        self.assertTrue(admin.has_group("connector.group_connector_manager"))
        self.assertTrue(admin.has_group("connector.group_connector_reviewer"))

    def test_contact_form_has_a_hidden_page_for_connectors(self):
        arch = self.env["res.partner"].get_view(view_type="form")["arch"]

        self.assertRegex(arch, r'<page name="connector"[^>]* invisible="(1|True)"')
