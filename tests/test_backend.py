# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of backends and the classes registered on them."""

from ..backend import BACKENDS, Backend, BackendRegistry, get_backend
from ..components.core import ConnectorUnit
from .common import ConnectorCase


class PartnerUnit(ConnectorUnit):
    _model_name = "res.partner"


class ShopPartnerUnit(PartnerUnit):
    pass


class UserUnit(ConnectorUnit):
    _model_name = "res.users"


class TestBackendRegistry(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.known = BackendRegistry()

    def test_backend_registers_itself(self):
        shop = Backend("shop", registry=self.known)

        self.assertEqual(self.known.backends, {shop})

    def test_global_registry_is_the_default(self):
        shop = Backend("shop")

        self.assertIn(shop, BACKENDS.backends)
        self.assertIs(get_backend("shop"), shop)

    def test_service_and_version_find_a_backend(self):
        shop = Backend("shop", registry=self.known)
        shop_2 = Backend("shop", version="2", registry=self.known)

        self.assertIs(self.known.get_backend("shop"), shop)
        self.assertIs(self.known.get_backend("shop", "2"), shop_2)

    def test_version_must_be_exactly_the_same(self):
        Backend("shop", version="1.7", registry=self.known)

        for version in (None, "1", "1.70"):
            with self.subTest(version=version), self.assertRaises(ValueError):
                self.known.get_backend("shop", version)

    def test_backend_can_be_registered_by_hand(self):
        shop = Backend("shop", registry=BackendRegistry())

        self.known.register_backend(shop)

        self.assertIs(self.known.get_backend("shop"), shop)

    def test_unknown_backend_is_told_with_those_there_are(self):
        Backend("shop", version="1", registry=self.known)
        Backend("till", registry=self.known)

        with self.assertRaises(ValueError) as caught:
            self.known.get_backend("shop", "2")

        self.assertEqual(
            str(caught.exception),
            "No backend for service 'shop' in version '2'; there are "
            "<Backend 'shop', '1'>, <Backend 'till'>. Declare it with "
            "Backend(service, version) in an installed addon.",
        )
        remedy = Backend("shop", "2", registry=self.known)
        self.assertIs(self.known.get_backend("shop", "2"), remedy)

    def test_unknown_backend_is_told_when_there_is_none(self):
        with self.assertRaisesRegex(ValueError, "there are none at all"):
            self.known.get_backend("shop")


class TestBackend(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.known = BackendRegistry()
        self.shop = Backend("shop", registry=self.known)

    def test_service_is_taken_from_the_parent(self):
        shop_2 = Backend(parent=self.shop, version="2", registry=self.known)
        fashion_shop_2 = Backend(parent=shop_2, version="2f", registry=self.known)

        self.assertEqual(fashion_shop_2.service, "shop")
        self.assertIs(fashion_shop_2.parent, shop_2)
        self.assertIs(self.known.get_backend("shop", "2f"), fashion_shop_2)

    def test_version_is_not_taken_from_the_parent(self):
        shop_2 = Backend(parent=self.shop, version="2", registry=self.known)

        child = Backend("till", parent=shop_2, registry=self.known)

        self.assertIsNone(child.version)

    def test_backend_matches_its_service_and_version_only(self):
        shop_2 = Backend("shop", version="2", registry=self.known)

        self.assertTrue(shop_2.match("shop", "2"))
        self.assertFalse(shop_2.match("shop", None))
        self.assertFalse(shop_2.match("till", "2"))

    def test_backend_without_service_and_parent_is_refused(self):
        with self.assertRaises(ValueError) as caught:
            Backend(version="2", registry=self.known)

        self.assertEqual(
            str(caught.exception),
            "Cannot declare a backend without service and parent; give it one of them.",
        )
        Backend("shop", version="2", registry=self.known)  # the remedy works
        Backend(parent=self.shop, version="2", registry=self.known)

    def test_text_names_service_and_version(self):
        shop_2 = Backend("shop", version="2", registry=self.known)

        self.assertEqual(str(self.shop), "Backend('shop')")
        self.assertEqual(repr(self.shop), "<Backend 'shop'>")
        self.assertEqual(str(shop_2), "Backend('shop', '2')")
        self.assertEqual(repr(shop_2), "<Backend 'shop', '2'>")


class TestRegisterClass(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.shop = Backend("shop", registry=BackendRegistry())

    def test_decorator_returns_the_class(self):
        class Fresh(ConnectorUnit):
            _model_name = "res.partner"

        self.assertIs(self.shop(Fresh), Fresh)
        self.assertIs(self.shop(replacing=Fresh)(PartnerUnit), PartnerUnit)

    def test_entry_knows_class_and_addon(self):
        self.shop(PartnerUnit)

        (entry,) = self.shop._class_entries
        self.assertIs(entry.cls, PartnerUnit)
        self.assertEqual(entry.openerp_module, "connector")
        self.assertEqual(entry.replaced_by, [])

    def test_replaced_entry_knows_its_replacer(self):
        self.shop(PartnerUnit)

        self.shop(replacing=PartnerUnit)(ShopPartnerUnit)

        old, new = self.shop._class_entries
        self.assertEqual(old.replaced_by, [new])

    def test_several_classes_can_be_replaced_at_once(self):
        self.shop(PartnerUnit)
        self.shop(UserUnit)

        self.shop(replacing=(PartnerUnit, UserUnit))(ShopPartnerUnit)

        *old, new = self.shop._class_entries
        self.assertEqual([entry.replaced_by for entry in old], [[new], [new]])

    def test_class_cannot_replace_itself(self):
        self.shop(PartnerUnit)

        with self.assertRaises(ValueError) as caught:
            self.shop(replacing=PartnerUnit)(PartnerUnit)

        self.assertEqual(
            str(caught.exception),
            f"{PartnerUnit!r} cannot replace itself on Backend('shop'). Name the class "
            "it stands in for.",
        )

    def test_class_of_the_parent_cannot_be_replaced_on_the_child(self):
        self.shop(PartnerUnit)
        child = Backend(parent=self.shop, version="2", registry=BackendRegistry())

        with self.assertRaises(ValueError) as caught:
            child(replacing=PartnerUnit)(ShopPartnerUnit)

        self.assertEqual(
            str(caught.exception),
            f"{ShopPartnerUnit!r} cannot replace {PartnerUnit!r} on "
            "Backend('shop', '2'): that class is not registered there. Register the "
            "replacement on the backend of the class it replaces.",
        )
        self.shop(replacing=PartnerUnit)(ShopPartnerUnit)  # the remedy works

    def test_refused_class_is_not_registered(self):
        with self.assertRaises(ValueError):
            self.shop(replacing=UserUnit)(PartnerUnit)

        self.assertEqual(self.shop._class_entries, [])

    def test_class_may_be_registered_on_several_backends(self):
        till = Backend("till", registry=BackendRegistry())

        self.shop(till(PartnerUnit))

        for backend in (self.shop, till):
            with self.subTest(backend=backend):
                found = backend.get_class(PartnerUnit, self.session, "res.partner")
                self.assertIs(found, PartnerUnit)
