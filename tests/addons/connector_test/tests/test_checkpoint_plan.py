# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the query plans behind the lists of checkpoints."""

from odoo.tools import SQL

from .checkpoint_case import CheckpointCase

COUNT = 20_000  # enough for the planner to prefer an index; a page is 80
# One in twenty waits for a review and was told: the others pile up.
FILL = """
INSERT INTO connector_checkpoint (
    state, severity, message, backend_id, backend_name, seen_count, told_at
)
SELECT CASE WHEN n %% 20 = 0 THEN 'need_review' ELSE 'reviewed' END,
       (ARRAY['critical', 'major', 'minor'])[1 + n %% 3],
       'No. ' || n, 'connector.test.backend,' || (1000000 + n %% 7), 'Shop ' || n %% 7,
       1, CASE WHEN n %% 20 = 0 THEN now() AT TIME ZONE 'UTC' - interval '1 day' END
  FROM generate_series(1, %(count)s) AS n
"""


class TestPlan(CheckpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(FILL, {"count": COUNT})
        cls.env.cr.execute("ANALYZE connector_checkpoint")
        cls.reviewer = cls.new_user("reviewer", "group_connector_reviewer")
        cls.seen = cls.checkpoints.with_user(cls.reviewer)

    def plan(self, domain, **options) -> str:
        """Return how the database looks for what a reviewer asks for."""
        return self.explain(self.seen._search(domain, **options).select())

    def explain(self, statement) -> str:
        """Return the plan of a statement."""
        self.env.cr.execute(SQL("EXPLAIN %s", statement))
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def test_page_is_a_range_of_an_index(self):
        of_shop = ("backend_id", "=", "connector.test.backend,1000003")
        for index, domain in {
            "connector_checkpoint_all_idx": [],
            "connector_checkpoint_state_idx": [("state", "=", "need_review")],
            "connector_checkpoint_backend_idx": [of_shop, ("state", "=", "reviewed")],
        }.items():
            with self.subTest(index):
                plan = self.plan(domain, order="severity, id desc", limit=80)
                self.assertIn(index, plan)
                self.assertNotIn("Sort", plan)

    def test_own_ones_are_found_by_their_assignee(self):
        plan = self.plan([("user_id", "=", self.reviewer.id)])

        self.assertIn("connector_checkpoint__user_id_index", plan)

    def test_repeat_is_found_by_its_key(self):
        plan = self.plan([("merge_key", "=", "x"), ("state", "=", "need_review")])

        self.assertIn("connector_checkpoint_merge_uniq", plan)

    def test_untold_ones_are_found_without_the_others(self):
        plan = self.plan([("told_at", "=", False), ("state", "=", "need_review")])

        self.assertIn("connector_checkpoint_untold_idx", plan)

    def test_open_ones_are_counted_without_the_others(self):
        plan = self.explain(
            SQL(
                """
                SELECT backend_id, count(*) FROM connector_checkpoint
                 WHERE state = 'need_review' AND backend_id IN ('a,1', 'b,2')
                 GROUP BY backend_id
                """
            )
        )

        self.assertNotIn("Seq Scan", plan)
