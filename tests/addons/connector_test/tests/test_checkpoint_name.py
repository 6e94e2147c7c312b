# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the names of checkpoints."""

from .checkpoint_case import CheckpointCase

LIST = {
    "name": {},
    "record": {},
    "backend_name": {},
    "state": {},
    "model_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
    "activity_ids": {},
}


class TestName(CheckpointCase):
    def test_record_gives_the_name(self):
        self.assertEqual(self.add().display_name, "Ada Lovelace")

    def test_message_is_the_name(self):
        self.assertEqual(self.add(self.partner, "Look!").display_name, "Look!")

    def test_name_follows_the_record(self):
        checkpoint = self.add()
        self.assertEqual(checkpoint.name, "Ada Lovelace")

        self.partner.name = "Ada King"
        self.env.invalidate_all()

        self.assertEqual(checkpoint.name, "Ada King")

    def test_deleted_record_is_called_by_its_id(self):
        checkpoint, partner_id = self.add(), self.partner.id

        self.partner.unlink()

        self.assertEqual(checkpoint.name, f"Contact #{partner_id} (deleted)")
        self.assertFalse(checkpoint.record)

    def test_record_of_a_removed_addon_is_called_by_its_id(self):
        checkpoint = self.add()

        self.lose_addon(checkpoint)

        self.assertEqual(
            checkpoint.name, f"gone.product #{self.partner.id} (addon removed)"
        )
        self.assertFalse(checkpoint.record)

    def test_name_of_the_model_outlives_the_model(self):
        checkpoint = self.add()

        checkpoint.model_id = False  # what the removal of an addon does to it

        self.assertEqual(checkpoint.model, "res.partner")

    def test_closed_record_does_not_tell_its_name(self):
        secret = self.env["ir.config_parameter"].create({"key": "a", "value": "b"})
        reviewer = self.new_user("reviewer", "group_connector_reviewer")

        checkpoint = self.add(secret)

        self.assertEqual(checkpoint.name, "a")
        self.assertEqual(
            checkpoint.with_user(reviewer).name,
            f"System Parameter #{secret.id} (no access)",
        )

    def test_list_opens_with_every_kind_of_loss(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        kept, deleted, lost = self.add(), self.add(gone), self.add(message="Look!")
        gone.unlink()
        self.lose_addon(lost)

        rows = self.checkpoints.web_search_read([], LIST)["records"]

        self.assertEqual(
            [row["name"] for row in rows],
            ["Look!", f"Contact #{deleted.record_id} (deleted)", "Ada Lovelace"],
        )
        self.assertEqual(rows[2]["id"], kept.id)

    def test_long_list_takes_no_query_per_row(self):
        reviewer = self.new_user("reviewer", "group_connector_reviewer")
        self._add_many(1000)

        few = self._count_list_queries(reviewer, 10)
        many = self._count_list_queries(reviewer, 1000)

        self.assertLessEqual(many, few)

    def _add_many(self, count):
        """Add checkpoints for contacts and countries in turn."""
        partners = self.env["res.partner"].create([{"name": "Ada"}] * (count // 2))
        categories = self.env["res.partner.category"]
        tags = categories.create([{"name": f"Tag {i}"} for i in range(count // 2)])
        backend = f"{self.backend_record._name},{self.backend_record.id}"
        self.checkpoints.create(
            [
                {
                    "model_id": self.env["ir.model"]._get(record._name).id,
                    "record_id": record.id,
                    "backend_id": backend,
                }
                for pair in zip(partners, tags, strict=True)
                for record in pair
            ]
        )

    def _count_list_queries(self, user, limit):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        checkpoints = self.checkpoints.with_user(user)
        rows = checkpoints.web_search_read([], LIST, limit=limit)["records"]
        self.assertEqual(len(rows), limit)
        return self.cr.sql_log_count - before


class TestNameSearch(CheckpointCase):
    def search(self, operator, value, user=None):
        """Return the checkpoints with such a name."""
        checkpoints = self.checkpoints.with_user(user or self.env.user)
        return checkpoints.search([("name", operator, value)])

    def test_record_name_finds_the_checkpoint(self):
        checkpoint = self.add()
        self.add(self.env["res.partner"].create({"name": "Charles"}))

        self.assertEqual(self.search("ilike", "lovel"), checkpoint)

    def test_records_of_several_models_are_found(self):
        tag = self.env["res.partner.category"].create({"name": "Lovely"})
        checkpoints = self.add() | self.add(tag)

        self.assertEqual(self.search("ilike", "lovel"), checkpoints.sorted())

    def test_message_finds_the_checkpoint(self):
        checkpoint = self.add(message="No tax: 7 %")

        self.assertEqual(self.search("ilike", "no tax"), checkpoint)

    def test_message_hides_the_record_name(self):
        self.add(self.partner, "Look!")

        self.assertFalse(self.search("ilike", "lovelace"))

    def test_archived_record_is_found(self):
        checkpoint = self.add()
        self.partner.active = False

        self.assertEqual(self.search("ilike", "lovelace"), checkpoint)

    def test_equal_name_is_found(self):
        checkpoints = self.add() | self.add(message="Look!")

        for name, checkpoint in zip(
            ("Ada Lovelace", "Look!"), checkpoints, strict=True
        ):
            with self.subTest(name):
                self.assertEqual(self.search("=", name), checkpoint)

    def test_no_checkpoint_is_without_name(self):
        self.add()

        self.assertFalse(self.search("=", False))

    def test_negative_search_finds_the_others(self):
        self.add()
        other = self.add(message="Look!")

        self.assertEqual(self.search("not ilike", "lovelace"), other)

    def test_display_name_is_searched_alike(self):
        checkpoint = self.add()

        self.assertEqual(
            self.checkpoints.name_search("lovelace"), [(checkpoint.id, "Ada Lovelace")]
        )

    def test_closed_model_is_not_searched(self):
        secret = self.env["ir.config_parameter"].create({"key": "a.b", "value": "c"})
        reviewer = self.new_user("reviewer", "group_connector_reviewer")
        checkpoint = self.add(secret)

        self.assertEqual(self.search("ilike", "a.b"), checkpoint)
        self.assertFalse(self.search("ilike", "a.b", reviewer))

    def test_removed_addon_does_not_stop_the_search(self):
        self.lose_addon(self.add_other())
        checkpoint = self.add()

        self.assertEqual(self.search("ilike", "lovelace"), checkpoint)

    def test_only_models_under_review_are_asked(self):
        self.add()
        tags = self.env["res.partner.category"]
        self.patch(type(tags), "_search", self._refuse)

        self.assertTrue(self.search("ilike", "lovelace"))

    def test_search_takes_two_queries(self):
        self.add()
        self.add(self.env.ref("base.be"))
        self.env.flush_all()
        self.search("ilike", "love")

        with self.assertQueryCount(2):
            self.search("ilike", "lovelace")

    def _refuse(self, *_arguments, **_options):
        self.fail("A model without checkpoints was searched.")
