# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the validation of a sync description."""

from odoo.tests import BaseCase, tagged

from ..exception import InvalidUsageError
from ..magic.sync.description import (
    Flags,
    Route,
    external_route,
    odoo2x_route,
    x2odoo_route,
)

NONE, CREATE, UPDATE = Flags(False, False), Flags(True, False), Flags(False, True)
BOTH = Flags(True, True)


def get_ref(x):
    """Return the ref of an item."""


def create(item):
    """Create what an item is."""


def update(target, item):
    """Update what an item is."""


def sync_info(**more) -> dict:
    """Return a complete description."""
    x = {"get_ref": get_ref, "create": create, "update": update}
    odoo = {"create": create, "update": update}
    return {"relation": "rel", "x": x, "odoo": odoo, **more}


def src_info(**more) -> dict:
    """Return a complete description of a source."""
    functions = {"get_ref": get_ref, "create": create, "update": update}
    return {"system": "github", **functions, **more}


X, ODOO = sync_info()["x"], sync_info()["odoo"]
A_REF = "expected a function get_ref(x) that returns the ref of an item."
A_RECORD = "expected a function create(x) that returns the new record."
WRONG = [
    (
        x2odoo_route,
        {"x": X, "odoo": ODOO},
        "sync_info['relation'] is missing, expected the name of a relation, "
        "such as 'my_system_and_odoo_employee_rel'.",
    ),
    (
        x2odoo_route,
        sync_info(relation=""),
        "sync_info['relation'] is '', expected the name of a relation, such "
        "as 'my_system_and_odoo_employee_rel'.",
    ),
    (
        x2odoo_route,
        sync_info(x={}),
        f"sync_info['x']['get_ref'] is missing, {A_REF}",
    ),
    (
        x2odoo_route,
        {"relation": "rel", "odoo": ODOO},
        "sync_info['x'] is missing, expected a dictionary.",
    ),
    (
        x2odoo_route,
        sync_info(odoo={"update": update}),
        f"sync_info['odoo']['create'] is missing, {A_RECORD}",
    ),
    (
        x2odoo_route,
        sync_info(odoo={**ODOO, "create": "create"}),
        f"sync_info['odoo']['create'] is 'create', {A_RECORD}",
    ),
    (
        x2odoo_route,
        sync_info(x={**X, "update": None}),
        "sync_info['x']['update'] is None, expected a function update(ref, "
        "odoo_record) that returns the ref.",
    ),
    (
        odoo2x_route,
        sync_info(x={"get_ref": get_ref, "create": create}),
        "sync_info['x']['update'] is missing, expected a function update(ref, "
        "odoo_record) that returns the ref.",
    ),
    (
        odoo2x_route,
        sync_info(x={**X, "crate": create}),
        "sync_info['x'] has the key 'crate', expected only 'get_ref', "
        "'create', 'update'. Did you mean 'create'?",
    ),
    (
        odoo2x_route,
        sync_info(Odoo=ODOO),
        "sync_info has the key 'Odoo', expected only 'relation', 'x', 'odoo'. "
        "Did you mean 'odoo'?",
    ),
    (
        odoo2x_route,
        [],
        "sync_info is [], expected a dictionary.",
    ),
]


@tagged("post_install", "-at_install")
class TestSyncInfo(BaseCase):
    def refuse(self, route, *args) -> str:
        """Return why a description is refused."""
        with self.assertRaises(InvalidUsageError) as caught:
            route(*args)
        return str(caught.exception)

    def test_complete_description_serves_both_ways(self):
        self.assertEqual(
            x2odoo_route(sync_info(), BOTH),
            Route("sync_x2odoo", "rel", "external", "odoo", get_ref, create, update),
        )
        self.assertEqual(
            odoo2x_route(sync_info(), BOTH),
            Route("sync_odoo2x", "rel", "odoo", "external", None, create, update),
        )

    def test_what_is_off_need_not_be_there_and_is_not_called(self):
        cases = {
            x2odoo_route: {"x": {"get_ref": get_ref}, "odoo": {"create": create}},
            odoo2x_route: {"x": {"create": create}},
        }
        for route, parts in cases.items():
            with self.subTest(route=route.__name__):
                made = route({"relation": "rel", **parts}, CREATE)
                self.assertEqual((made.create, made.update), (create, None))

    def test_flag_that_is_off_hides_the_callback(self):
        route = x2odoo_route(sync_info(), NONE)

        self.assertEqual((route.create, route.update), (None, None))

    def test_wrong_description_names_key_helper_and_what_is_expected(self):
        for route, given, message in WRONG:
            with self.subTest(message=message):
                helper = route.__name__.removesuffix("_route")
                expected = f"Cannot run sync_{helper}: {message}"
                self.assertEqual(self.refuse(route, given, BOTH), expected)

    def test_two_other_systems_have_a_way_between_them(self):
        dst_info = {"system": "trello"}

        route = external_route("rel", src_info(), dst_info, CREATE)

        self.assertEqual(
            route,
            Route("sync_external", "rel", "github", "trello", get_ref, create, None),
        )
        self.assertTrue(route.is_outside)

    def test_wrong_description_of_a_system_is_refused(self):
        trello = {"system": "trello"}
        cases = [
            ("", src_info(), trello, "relation is ''"),
            ("rel", src_info(system=None), trello, "src_info['system'] is None"),
            ("rel", src_info(), {}, "dst_info['system'] is missing"),
            ("rel", src_info(), {"system": "github"}, "is 'github', expected two"),
            ("rel", src_info(system="odoo"), trello, "Call sync_odoo2x or sync_x2odoo"),
            ("rel", src_info(get_rev=1), trello, "Did you mean 'get_ref'?"),
            ("rel", src_info(), {**trello, "create": create}, "the key 'create'"),
            ("rel", {"system": "github"}, trello, "src_info['get_ref'] is missing"),
            ("rel", None, trello, "src_info is None"),
        ]
        for relation, src, dst, part in cases:
            with self.subTest(part=part):
                message = self.refuse(external_route, relation, src, dst, BOTH)
                self.assertIn(part, message)
                self.assertTrue(message.startswith("Cannot run sync_external: "))

    def test_older_shape_is_accepted_with_a_warning(self):
        old = {
            "system": "github",
            "get_ref": get_ref,
            "odoo": {"create_odoo": create, "update_odoo": update},
        }

        with self.assertWarnsRegex(DeprecationWarning, r"write src_info\['create'\]"):
            route = external_route("rel", old, {"system": "trello"}, BOTH)

        self.assertEqual((route.create, route.update), (create, update))

    def test_unknown_key_in_the_older_shape_is_refused(self):
        old = src_info(odoo={"create_odoo": create, "updat_odoo": update})

        with self.assertWarns(DeprecationWarning):
            message = self.refuse(external_route, "r", old, {"system": "trello"}, NONE)

        self.assertIn("has the key 'updat_odoo'", message)
