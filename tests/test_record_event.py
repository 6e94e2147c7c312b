# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of record events: create, write and unlink."""

from odoo.fields import Command

from ..event import on_record_create, on_record_unlink, on_record_write
from ..session import ConnectorSession
from .common import ConnectorCase

CATEGORY = "res.partner.category"
PARTNER = "res.partner"


class TestCreate(ConnectorCase):
    def test_each_record_of_a_batch_is_told_with_its_own_values(self):
        heard = self.listen(on_record_create, CATEGORY)

        red, blue = self.env[CATEGORY].create([{"name": "red"}, {"name": "blue"}])

        self.assertEqual(
            heard,
            [
                (CATEGORY, red.id, {"name": "red"}),
                (CATEGORY, blue.id, {"name": "blue"}),
            ],
        )

    def test_single_dictionary_is_a_batch_of_one(self):
        heard = self.listen(on_record_create, CATEGORY)

        record = self.env[CATEGORY].create({"name": "red"})

        self.assertEqual(heard, [(CATEGORY, record.id, {"name": "red"})])

    def test_values_are_the_callers_without_defaults(self):
        heard = self.listen(on_record_create, CATEGORY)

        self.env[CATEGORY].with_context(default_color=3).create({"name": "red"})

        self.assertEqual([vals for _model, _id, vals in heard], [{"name": "red"}])

    def test_record_exists_when_it_is_told(self):
        names = []
        self.subscribe(
            on_record_create,
            lambda session, model, record_id, _vals: names.append(
                session.env[model].browse(record_id).name
            ),
            CATEGORY,
        )

        self.env[CATEGORY].create({"name": "red"})

        self.assertEqual(names, ["red"])

    def test_parent_by_delegation_tells_for_itself(self):
        heard = self.listen(on_record_create, [PARTNER, "res.users"])

        user = self.env["res.users"].create({"name": "Ada", "login": "ada@test"})

        told = [(model, record_id) for model, record_id, _vals in heard]
        self.assertEqual(told, [(PARTNER, user.partner_id.id), ("res.users", user.id)])

    def test_empty_batch_tells_nothing(self):
        heard = self.listen(on_record_create)

        self.env[CATEGORY].create([])

        self.assertEqual(heard, [])

    def test_exception_of_a_consumer_stops_the_create(self):
        def refuse(_session, *_facts):
            raise ZeroDivisionError("the consumer refuses")

        self.subscribe(on_record_create, refuse, CATEGORY)

        with self.assertRaisesRegex(ZeroDivisionError, "the consumer refuses"):
            self.env[CATEGORY].create({"name": "red"})


class TestWrite(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.records = self.env[CATEGORY].create([{"name": "red"}, {"name": "blue"}])

    def test_each_record_is_told_with_the_values(self):
        heard = self.listen(on_record_write, CATEGORY)

        self.records.write({"color": 2})

        expected = [(CATEGORY, record.id, {"color": 2}) for record in self.records]
        self.assertEqual(heard, expected)

    def test_record_that_is_there_twice_is_told_once(self):
        heard = self.listen(on_record_write, CATEGORY)
        red = self.records[0]

        red.browse([red.id, red.id]).write({"color": 2})

        self.assertEqual(heard, [(CATEGORY, red.id, {"color": 2})])

    def test_assigned_field_is_told(self):
        heard = self.listen(on_record_write, CATEGORY)

        self.records[0].name = "green"

        self.assertEqual(heard, [(CATEGORY, self.records[0].id, {"name": "green"})])

    def test_values_are_those_that_overrides_passed_down(self):
        """``res.partner`` completes the address of a website in its own write."""
        partner = self.env[PARTNER].create({"name": "Ada"})
        heard = self.listen(on_record_write, PARTNER)

        partner.write({"website": "ada.example"})

        self.assertEqual(
            heard, [(PARTNER, partner.id, {"website": "http://ada.example"})]
        )

    def test_consumer_sees_the_new_value(self):
        colors = []
        self.subscribe(
            on_record_write,
            lambda session, model, record_id, _vals: colors.append(
                session.env[model].browse(record_id).color
            ),
            CATEGORY,
        )

        self.records[0].write({"color": 2})

        self.assertEqual(colors, [2])

    def test_old_consumer_finds_field_names_in_the_values(self):
        """Consumers of before series 2.1 call them ``fields`` and expect a list."""
        seen = []

        def export(_session, _model_name, _record_id, fields):
            seen.append(("color" in fields, set(fields)))

        self.subscribe(on_record_write, export, CATEGORY)
        self.records[0].write({"color": 2, "name": "green"})

        self.assertEqual(seen, [(True, {"color", "name"})])

    def test_parent_by_delegation_tells_for_itself(self):
        user = self.env["res.users"].create({"name": "Ada", "login": "ada@test"})
        heard = self.listen(on_record_write, PARTNER)

        user.write({"city": "London"})

        self.assertEqual(heard, [(PARTNER, user.partner_id.id, {"city": "London"})])

    def test_empty_recordset_tells_nothing(self):
        heard = self.listen(on_record_write)

        self.env[CATEGORY].write({"color": 2})

        self.assertEqual(heard, [])

    def test_raw_sql_tells_nothing(self):
        heard = self.listen(on_record_write)

        self.env.cr.execute(
            "UPDATE res_partner_category SET color = 2 WHERE id = %s",
            [self.records[0].id],
        )

        self.assertEqual(heard, [])


class TestComputed(ConnectorCase):
    """Stored computed fields fire as the automation rules of Odoo do."""

    def test_field_that_is_computed_from_another_record_fires(self):
        values = {"name": "Ada", "is_company": True}
        company = self.env[PARTNER].create(values)
        contact = self.env[PARTNER].create({"name": "Bob", "parent_id": company.id})
        self.env.flush_all()
        heard = self.listen(on_record_write, PARTNER)

        company.name = "Ada Ltd"  # the complete name of the contact is stored
        self.env.flush_all()

        told = [vals for _model, id_, vals in heard if id_ == contact.id and vals]
        self.assertEqual(
            told,
            [{"complete_name": "Ada Ltd, Bob", "commercial_company_name": "Ada Ltd"}],
        )

    def test_many2one_that_is_computed_is_an_id(self):
        contact, company = self.env[PARTNER].create(
            [{"name": "Bob"}, {"name": "Other", "is_company": True}]
        )
        self.env.flush_all()
        heard = self.listen(on_record_write, PARTNER)

        contact.parent_id = company
        self.env.flush_all()

        (told,) = [vals for *_ids, vals in heard if "commercial_partner_id" in vals]
        self.assertEqual(told["commercial_partner_id"], company.id)

    def test_first_computation_of_a_new_record_belongs_to_its_creation(self):
        heard = self.listen(on_record_write, PARTNER)

        self.env[PARTNER].create({"name": "Cid"})
        self.env.flush_all()

        self.assertEqual(heard, [])


class TestOtherSide(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.contact = self.env[PARTNER].create({"name": "Ada"})

    def test_many2many_that_is_written_from_the_other_side_fires(self):
        tag = self.env[CATEGORY].create({"name": "red"})
        heard = self.listen(on_record_write, PARTNER)

        tag.write({"partner_ids": [Command.link(self.contact.id)]})
        self.assertEqual(
            heard,
            [(PARTNER, self.contact.id, {"category_id": [Command.set(tag.ids)]})],
        )
        heard.clear()
        tag.write({"partner_ids": [Command.clear()]})

        self.assertEqual(
            heard, [(PARTNER, self.contact.id, {"category_id": [Command.set([])]})]
        )

    def test_many2many_of_a_new_record_fires_on_the_other_side(self):
        heard = self.listen(on_record_write, PARTNER)

        tag = self.env[CATEGORY].create(
            {"name": "red", "partner_ids": [Command.link(self.contact.id)]}
        )

        self.assertEqual(
            heard,
            [(PARTNER, self.contact.id, {"category_id": [Command.set(tag.ids)]})],
        )

    def test_many2many_that_changes_nothing_is_no_change_of_the_other_side(self):
        tag = self.env[CATEGORY].create({"name": "red"})
        self.contact.category_id = tag
        heard = self.listen(on_record_write, PARTNER)

        tag.write({"partner_ids": [Command.link(self.contact.id)]})

        self.assertEqual(heard, [])

    def test_both_sides_are_told_of_their_own_write(self):
        tag = self.env[CATEGORY].create({"name": "red"})
        heard = self.listen(on_record_write, [PARTNER, CATEGORY])
        commands = [Command.link(tag.id)]

        self.contact.write({"category_id": commands})

        told = {(model, id_): vals for model, id_, vals in heard}
        self.assertEqual(len(heard), 2)
        self.assertEqual(told[PARTNER, self.contact.id], {"category_id": commands})
        self.assertEqual(
            told[CATEGORY, tag.id], {"partner_ids": [Command.set(self.contact.ids)]}
        )


class TestOneEvent(ConnectorCase):
    """Odoo 19 writes inherited and related fields one by one."""

    def setUp(self):
        super().setUp()
        values = {"name": "Ada", "login": "ada@test"}
        self.user = self.env["res.users"].create(values)
        self.env.flush_all()

    def test_inherited_fields_are_one_event_of_the_record_behind(self):
        heard = self.listen(on_record_write, [PARTNER, "res.users"])
        vals = {"city": "London", "street": "1 Dorset", "zip": "W1", "signature": "A"}

        self.user.write(vals)

        behind = {"city": "London", "street": "1 Dorset", "zip": "W1"}
        (model, id_, told), outer = heard
        self.assertEqual((model, id_), (PARTNER, self.user.partner_id.id))
        self.assertEqual(told, behind)
        self.assertEqual(outer[:2], ("res.users", self.user.id))

    def test_each_record_behind_has_one_event(self):
        other = self.env["res.users"].create({"name": "Bob", "login": "bob@test"})
        heard = self.listen(on_record_write, PARTNER)
        vals = {"city": "London", "street": "1 Dorset"}

        (self.user | other).write(vals)

        expected = [(PARTNER, user.partner_id.id, vals) for user in self.user | other]
        self.assertEqual(heard, expected)

    def test_related_fields_of_a_new_record_are_one_event(self):
        heard = self.listen(on_record_write, PARTNER)

        company = self.env["res.company"].create(
            {"name": "C", "city": "London", "street": "1 Dorset", "zip": "W1"}
        )

        told = [vals for _model, id_, vals in heard if id_ == company.partner_id.id]
        (address,) = [vals for vals in told if "city" in vals]
        self.assertEqual(address | {"street": "1 Dorset", "zip": "W1"}, address)

    def test_two_writes_are_two_events(self):
        heard = self.listen(on_record_write, PARTNER)

        self.user.write({"city": "London"})
        self.user.write({"city": "Leeds"})

        self.assertEqual([vals["city"] for *_ids, vals in heard], ["London", "Leeds"])

    def test_consumer_that_writes_has_events_of_its_own(self):
        heard = self.listen(on_record_write, PARTNER)

        def consume(session, model_name, record_id, vals):
            if "city" in vals:
                session.env[model_name].browse(record_id).ref = vals["city"]

        self.subscribe(on_record_write, consume, PARTNER)
        self.user.write({"city": "London", "street": "1 Dorset"})

        told = [vals for *_ids, vals in heard]
        self.assertEqual(
            told, [{"city": "London", "street": "1 Dorset"}, {"ref": "London"}]
        )

    def test_write_that_fails_leaves_the_next_one_alone(self):
        heard = self.listen(on_record_write, PARTNER)

        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.user.write({"city": "London", "no_such_field": 1})
        self.user.write({"street": "1 Dorset"})

        self.assertEqual(
            heard, [(PARTNER, self.user.partner_id.id, {"street": "1 Dorset"})]
        )

    def test_record_is_told_before_it_is_deleted_in_the_same_write(self):
        tag = self.env[CATEGORY].create({"name": "red"})
        self.user.partner_id.category_id = tag
        told = []
        self.subscribe(
            on_record_write,
            lambda session, model, id_, _vals: told.append(
                session.env[model].browse(id_).exists().name
            ),
            CATEGORY,
        )
        commands = [Command.update(tag.id, {"color": 3}), Command.delete(tag.id)]

        self.user.write({"category_id": commands})

        self.assertIn("red", told)
        self.assertNotIn(False, told)


class TestUnlink(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.records = self.env[CATEGORY].create([{"name": "red"}, {"name": "blue"}])

    def test_each_record_is_told(self):
        heard = self.listen(on_record_unlink, CATEGORY)
        expected = [(CATEGORY, record.id) for record in self.records]

        self.records.unlink()

        self.assertEqual(heard, expected)

    def test_record_can_still_be_read(self):
        names = []
        self.subscribe(
            on_record_unlink,
            lambda session, model, record_id: names.append(
                session.env[model].browse(record_id).name
            ),
            CATEGORY,
        )

        self.records[0].unlink()

        self.assertEqual(names, ["red"])

    def test_empty_recordset_tells_nothing(self):
        heard = self.listen(on_record_unlink)

        self.env[CATEGORY].unlink()

        self.assertEqual(heard, [])


class TestSession(ConnectorCase):
    def test_consumer_gets_a_session_with_user_and_context_of_the_record(self):
        sessions = []
        self.subscribe(
            on_record_create,
            lambda session, *_facts: sessions.append(session),
            CATEGORY,
        )
        user = self.env.ref("base.user_admin")

        categories = self.env[CATEGORY].with_user(user)
        categories.with_context(connector_no_export=True).create({"name": "red"})

        (session,) = sessions
        self.assertIsInstance(session, ConnectorSession)
        self.assertIs(session.cr, self.env.cr)
        self.assertEqual(session.uid, user.id)
        self.assertIs(session.context.get("connector_no_export"), True)

    def test_nothing_but_the_consumer_suppresses_an_event(self):
        heard = self.listen(on_record_create, CATEGORY)

        categories = self.env[CATEGORY].with_context(connector_no_export=True)
        record = categories.create({"name": "red"})

        self.assertEqual(heard, [(CATEGORY, record.id, {"name": "red"})])


class TestAfterCommit(ConnectorCase):
    def test_created_record_is_told_after_the_commit(self):
        heard = self.listen(on_record_create, CATEGORY, moment="commit")

        record = self.env[CATEGORY].create({"name": "red"})
        self._run_postcommit()

        self.assertEqual(heard, [(CATEGORY, record.id, {"name": "red"})])

    def test_record_created_in_a_savepoint_undone_is_not_told(self):
        heard = self.listen(on_record_create, CATEGORY, moment="commit")

        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.env[CATEGORY].create({"name": "red"})
            raise ZeroDivisionError
        self._run_postcommit()

        self.assertEqual(heard, [])

    def test_deleted_record_is_told_after_the_commit(self):
        record = self.env[CATEGORY].create({"name": "red"})
        heard = self.listen(on_record_unlink, CATEGORY, moment="commit")

        record_id = record.id
        record.unlink()
        self._run_postcommit()

        self.assertEqual(heard, [(CATEGORY, record_id)])

    def test_record_deleted_in_a_savepoint_undone_is_not_told(self):
        record = self.env[CATEGORY].create({"name": "red"})
        heard = self.listen(on_record_unlink, CATEGORY, moment="commit")

        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            record.unlink()
            raise ZeroDivisionError
        self._run_postcommit()

        self.assertEqual(heard, [])

    def _run_postcommit(self):
        """Do what follows a commit; the cursors that opens stay in this test."""
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
