# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of events of computed fields: when they fire, and as whom."""

from odoo.addons.connector.event import ConsumerGroup, on_record_unlink, on_record_write
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic.sync import push
from odoo.addons.connector.magic.sync.echo import writing
from odoo.addons.connector.tests.common import UnitCase

from ..models.sync import trace_sync

PARTNER = "connector.test.partner"
LINE = "connector.test.line"


class ComputedCase(UnitCase):
    """A record whose quantity is the sum of those of its lines."""

    def setUp(self):
        super().setUp()
        self.seen = []
        self.subscribe(on_record_write, self.consume, PARTNER)
        self.order = self.create_partner_binding("O1")
        self.lines = self.env[LINE].create(
            [{"partner_binding_id": self.order.id, "quantity": 1} for _line in "ab"]
        )
        self.env.flush_all()
        self.seen.clear()

    def consume(self, session, _model_name, record_id, vals):
        context = session.context.get("connector_no_export", False)
        self.seen.append((record_id, vals, session.uid, context))

    def told(self):
        """Return the values that were told of the record, and forget them."""
        told = [vals for record_id, vals, *_who in self.seen]
        self.seen.clear()
        return told


class TestComputed(ComputedCase):
    def test_total_fires_when_it_is_stored(self):
        self.lines[0].quantity = 5
        self.assertEqual(self.told(), [])
        self.env.flush_all()

        self.assertEqual(self.told(), [{"quantity": 6}])

    def test_fields_of_one_record_are_one_event(self):
        self.lines[0].quantity = 100

        self.env.flush_all()

        self.assertEqual(self.told(), [{"quantity": 101, "is_big": True}])

    def test_many_writes_are_one_event(self):
        for quantity in range(5, 9):
            self.lines.write({"quantity": quantity})

        self.env.flush_all()

        self.assertEqual(self.told(), [{"quantity": 16}])

    def test_total_that_stays_is_no_event(self):
        self.lines[0].quantity = 2
        self.lines[1].quantity = 0
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.add_to_compute(self.order._fields["quantity"], self.order)
        self.env.flush_all()

        self.assertEqual(self.told(), [])

    def test_new_and_deleted_lines_fire(self):
        line = self.lines[0].copy({"partner_binding_id": self.order.id})
        line.quantity = 4
        self.env.flush_all()
        self.assertEqual(self.told(), [{"quantity": 6}])

        line.unlink()
        self.env.flush_all()

        self.assertEqual(self.told(), [{"quantity": 2}])

    def test_total_in_a_savepoint_undone_is_not_told(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.lines[0].quantity = 5
            raise ZeroDivisionError

        self.env.flush_all()

        self.assertEqual(self.told(), [])

    def test_record_that_is_deleted_first_is_told_before(self):
        heard = []
        self.subscribe(
            on_record_unlink, lambda *_facts: heard.append(len(self.seen)), PARTNER
        )

        self.lines[0].quantity = 5
        self.order.unlink()

        self.assertLessEqual(len(self.seen), 1)
        self.assertEqual(heard, [len(self.seen)])


class TestCause(ComputedCase):
    """What is told depends on who wrote, not on who flushes."""

    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")

    def test_event_is_of_the_user_who_wrote(self):
        self.lines[0].with_user(self.admin).quantity = 5

        self.env.flush_all()

        ((_id, _vals, uid, is_quiet),) = self.seen
        self.assertEqual((uid, is_quiet), (self.admin.id, False))

    def test_change_of_an_import_is_not_exported_whoever_flushes(self):
        self.lines[0].with_context(connector_no_export=True).quantity = 5

        self.env.flush_all()

        ((_id, vals, _uid, is_quiet),) = self.seen
        self.assertEqual((vals, is_quiet), ({"quantity": 6}, True))

    def test_change_of_a_user_is_exported_though_an_import_flushes(self):
        self.lines[0].with_user(self.admin).quantity = 5

        quiet = self.env(context={"connector_no_export": True})
        quiet[LINE].browse(self.lines[1].id).quantity = 7
        quiet.flush_all()

        ((_id, vals, uid, is_quiet),) = self.seen
        self.assertEqual((vals, is_quiet), ({"quantity": 12}, False))
        self.assertEqual(uid, self.admin.id)


class TestPushFields(ComputedCase):
    def setUp(self):
        known = on_record_write._consumers
        groups = {name: ConsumerGroup(group) for name, group in known.items()}
        self.patch(on_record_write, "_consumers", groups)
        super().setUp()
        self.addCleanup(push.PUSHES.clear)
        self.pushed = []
        self.patch(push.Waiting, "delay", lambda one: self.pushed.append(one.changed))

    def push_quantity(self):
        trace_sync.push_on(PARTNER, write=True, fields=["quantity"])

    def test_computed_field_is_pushed(self):
        self.push_quantity()

        self.lines[0].quantity = 5
        self.env.cr.flush()

        self.assertEqual(self.pushed, [{self.order.id: True}])

    def test_other_field_is_not_pushed(self):
        self.push_quantity()

        self.order.name = "x"
        self.env.cr.flush()

        self.assertEqual(self.pushed, [])

    def test_what_a_sync_changed_is_not_pushed_back_when_it_is_computed_later(self):
        self.push_quantity()

        with writing(trace_sync.relation):
            self.lines[0].quantity = 5
        self.env.cr.flush()

        self.assertEqual(self.pushed, [])

    def test_what_changed_before_a_sync_is_pushed_though_the_sync_flushes(self):
        self.push_quantity()

        self.lines[0].quantity = 5
        with writing(trace_sync.relation):
            self.lines[1].name = "x"
            self.env.flush_all()
        self.env.cr.flush()

        self.assertEqual(self.pushed, [{self.order.id: True}])

    def test_misspelt_field_is_refused_at_the_declaration(self):
        with self.assertRaises(InvalidUsageError) as caught:
            trace_sync.push_on(PARTNER, write=True, fields=["name", "quanttiy"])

        for text in ("'quanttiy'", PARTNER, "Did you mean 'quantity'?"):
            self.assertIn(text, str(caught.exception))
        self.assertFalse(push.PUSHES)

    def test_misspelt_field_of_an_addon_keeps_the_registry_from_loading(self):
        self.push_quantity()
        wrong = push.PUSHES.popitem()[1]
        object.__setattr__(wrong, "fields", frozenset({"quanttiy"}))
        push.PUSHES[wrong.relation, PARTNER] = wrong

        with self.assertRaisesRegex(InvalidUsageError, "quanttiy"):
            self.env["connector.relation"]._register_hook()

    def test_field_of_a_model_that_is_not_there_is_not_asked_for(self):
        trace_sync.push_on("no.such.model", write=True, fields=["x"])

        self.env["connector.relation"]._register_hook()

        self.assertEqual(len(push.PUSHES), 1)
