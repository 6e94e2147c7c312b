# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of relations of links, and of their constraints in the database."""

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.exception import STILL_REFERENCED, LinkError
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.magic.links.book import MANY2MANY, LinkBook

from .link_case import PARTNER, RELATION, LinkCase


class TestName(LinkCase):
    """A name that the database cannot keep, or show, is refused as what it is."""

    BAD = ("a\0b", "\ud800", "x" * 501, "é" * 251, "", None, 5, ["a"], b"a")

    def test_bad_name_of_a_relation_is_a_link_error(self):
        """NUL was a ValueError of the database driver."""
        MAGIC = Magic(self.env)
        for name in self.BAD:
            for call in (
                lambda: MAGIC.get_link(name, "A1"),  # noqa: B023 called here
                lambda: MAGIC.get_link(name, None),  # noqa: B023
                lambda: MAGIC.search_links(name),  # noqa: B023
                lambda: MAGIC.set_link(name, {"shop": "A1", "lab": 1}),  # noqa: B023
                lambda: self.ada.set_link(name, "A1"),  # noqa: B023
                lambda: self.ada.search_links(name),  # noqa: B023
            ):
                with self.subTest(ascii(name)), self.assertRaises(LinkError):
                    call()

    def test_bad_name_of_a_system_is_a_link_error(self):
        MAGIC = Magic(self.env)
        for name in (name for name in self.BAD if name != ["a"]):
            for call in (
                lambda: self.ada.set_link(RELATION, "A1", system=name),  # noqa: B023
                lambda: self.book().reserve(name, "", ["A1"]),  # noqa: B023
            ):
                with self.subTest(ascii(name)), self.assertRaises(LinkError):
                    call()
        with self.assertRaises(LinkError):
            MAGIC.search_links(RELATION, {"a\0b": ["A1"]})

    def test_longest_names_are_kept(self):
        name = "x" * 500
        ref = "y" * 2000

        self.ada.set_link(name, ref, system=name)

        self.assertEqual(self.ada.search_links(name).get(name), [ref])

    def test_number_with_too_many_digits_is_a_link_error(self):
        """Python refuses to show it, so messages failed with it, too."""
        MAGIC = Magic(self.env)
        for huge in (10**5000, -(10**5000), 10**2000):
            for call in (
                lambda: MAGIC.get_link(RELATION, huge),  # noqa: B023
                lambda: MAGIC.get_link(RELATION, {"odoo": huge}),  # noqa: B023
                lambda: MAGIC.get_link(RELATION, [huge]),  # noqa: B023
                lambda: MAGIC.search_links(RELATION, huge),  # noqa: B023
                lambda: MAGIC.search_links(RELATION, [huge]),  # noqa: B023
                lambda: MAGIC.search_links(RELATION, {"odoo": huge}),  # noqa: B023
                lambda: MAGIC.set_link(RELATION, huge),  # noqa: B023
                lambda: MAGIC.set_link(RELATION, {huge: 1, 2: 3}),  # noqa: B023
                lambda: MAGIC.set_link(huge, {"shop": 1, "lab": 3}),  # noqa: B023
                lambda: self.ada.set_link(RELATION, huge),  # noqa: B023
                lambda: self.book().find("shop", "", [huge]),  # noqa: B023
            ):
                with self.subTest(digits=huge > 0), self.assertRaises(LinkError):
                    call()

    def test_longest_number_is_kept(self):
        ref = 10**2000 - 1

        self.ada.set_link(RELATION, ref)

        self.assertEqual(self.ada.search_links(RELATION).external, [ref])


class TestKind(LinkCase):
    def test_first_link_decides(self):
        self.link("A1", self.ada)

        with self.assertRaises(LinkError) as caught:
            self.book(kind=MANY2MANY).reserve("shop", "", ["A2"])

        self.assertEqual(
            str(caught.exception),
            "Cannot link in relation 'test_rel' as many2many: it is one2one since its "
            "first link. Say so with allow_many2many=False, or use another relation.",
        )

    def test_relation_without_links_becomes_what_its_next_first_link_is(self):
        self.book().discard(self.book().reserve("shop", "", ["A1"]).values())

        self.link("A1", self.ada, kind=MANY2MANY)

        with self.assertRaises(LinkError):
            self.book().reserve("shop", "", ["A2"])

    def test_many_to_many_links_cross(self):
        self.link("A1", self.ada, kind=MANY2MANY)
        self.link("A2", self.ada, kind=MANY2MANY)

        rows = self.book().find("odoo", PARTNER, self.ada.ids)[self.ada.id]

        self.assertEqual([row.sides["shop"].ref for row in rows], ["A1", "A2"])

    def test_identical_links_are_refused_in_a_many_to_many_relation(self):
        """S10: with NULL for a model, identical links were accepted."""
        book = self.book(kind=MANY2MANY)
        for ref in ("A1", "A2"):
            refs = {"shop": ref, "lab": 7}
            Magic(self.env).set_link(RELATION, refs, allow_many2many=True)
        _one, two = (row.link_id for row in book.find("lab", "", [7])[7])

        refused = book.move({two: ("shop", "", "A1")})

        self.assertEqual(list(refused), [two])
        rows = book.find("lab", "", [7])[7]
        self.assertEqual([row.sides["shop"].ref for row in rows], ["A1", "A2"])


class TestCompany(LinkCase):
    def setUp(self):
        super().setUp()
        self.relations = self.env["connector.relation"]
        self.own = {"name": RELATION, "company_id": self.env.company.id}

    def test_relation_of_the_company_comes_before_the_shared_one(self):
        self.relations.create(self.own)
        other = self.env["res.company"].create({"name": "Other"})
        elsewhere = LinkBook(
            self.env(context={"allowed_company_ids": other.ids}), RELATION
        )
        (link_id,) = elsewhere.reserve("shop", "", ["A1"]).values()
        elsewhere.complete({link_id: ("odoo", PARTNER, self.ada.id)})

        self.assertEqual(self.book().find("shop", "", ["A1"]), {})
        self.link("A1", self.bob)

        (row,) = elsewhere.find("shop", "", ["A1"])["A1"]
        self.assertEqual(row.sides["odoo"].ref, self.ada.id)

    def test_relation_that_would_hide_shared_links_is_refused(self):
        """They were gone for the company from one moment to the next."""
        self.link("A1", self.ada)
        (shared,) = self.relations.search([("name", "=", RELATION)])
        elsewhere = self.relations.create({**self.own, "name": "another"})
        as_user = self.relations.with_user(
            new_test_user(
                self.env, "manager", groups="connector.group_connector_manager"
            )
        )

        for change in (
            lambda: as_user.create(self.own),
            lambda: elsewhere.write({"name": RELATION}),
            lambda: shared.copy({"company_id": self.env.company.id}),
        ):
            with self.subTest(change), self.assertRaises(UserError) as caught:
                change()
            self.assertIn(f"No. {shared.id}", str(caught.exception))
        self.assertEqual(list(self.book().find("shop", "", ["A1"])), ["A1"])

    def test_relation_beside_a_shared_one_without_links_is_made(self):
        self.book().discard(self.book().reserve("shop", "", ["A1"]).values())

        self.assertTrue(self.relations.create(self.own))

    def test_shared_links_are_given_to_a_company_as_they_are(self):
        self.link("A1", self.ada)

        self.relations.search([("name", "=", RELATION)]).write(self.own)

        self.assertEqual(list(self.book().find("shop", "", ["A1"])), ["A1"])

    def test_relation_that_a_link_makes_is_shared(self):
        self.link("A1", self.ada)

        relation = self.env["connector.relation"].search([("name", "=", RELATION)])

        self.assertFalse(relation.company_id)


class TestConstraint(LinkCase):
    """What the database refuses, whoever writes."""

    def insert(self, **values):
        link_id = values.pop("link_id", None)
        if not link_id:
            link_id = (
                self.env["connector.link"].create({"relation_id": self.relation.id}).id
            )
        side = {
            "link_id": link_id,
            "relation_id": self.relation.id,
            "system": "shop",
            "model": "",
            "ref": "A1",
            "ref_type": "str",
            "is_sole": True,
        } | values
        self.env.cr.execute(
            f"INSERT INTO connector_link_side ({', '.join(side)}) "
            f"VALUES ({', '.join(['%s'] * len(side))})",
            list(side.values()),
        )
        return link_id

    def setUp(self):
        super().setUp()
        self.relation = self.env["connector.relation"].create({"name": RELATION})

    @mute_logger("odoo.sql_db")
    def test_identical_external_links_are_impossible(self):
        """S10: an index with a NULL in it compares nothing."""
        self.insert()

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.insert()

    @mute_logger("odoo.sql_db")
    def test_link_has_one_side_on_a_system(self):
        link_id = self.insert()

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.insert(link_id=link_id, ref="A2")

    @mute_logger("odoo.sql_db")
    def test_senseless_sides_are_refused(self):
        for values in (
            {"ref": ""},
            {"system": ""},
            {"model": PARTNER},
            {"system": "odoo"},
        ):
            with (
                self.subTest(values),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.insert(**values)

    @mute_logger("odoo.sql_db")
    def test_relation_with_links_is_not_deleted(self):
        self.insert()

        with self.assertRaises(psycopg2.IntegrityError) as caught:
            self.relation.unlink()

        self.assertIsInstance(caught.exception, STILL_REFERENCED)

    @mute_logger("odoo.sql_db")
    def test_name_is_unique_in_a_company_and_among_the_shared(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.relation.copy()
