# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of defaults: a connector without XML, and users of each role."""

from odoo.tests import TransactionCase, new_test_user

from ..models.shop import ITEM, SHOP

GROUPS = {
    "employee": "base.group_user",
    "user": "base.group_user,connector.group_connector_user",
    "reviewer": "base.group_user,connector.group_connector_reviewer",
    "manager": "base.group_user,connector.group_connector_manager",
}


class DefaultCase(TransactionCase):
    """A test with a shop and an item; ``self.users`` has a user of each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"default_{role}", groups)
            for role, groups in GROUPS.items()
        }
        cls.shop = cls.env[SHOP].create({"name": "Shop", "url": "https://shop.example"})
        cls.item = cls.make_item("1")

    @classmethod
    def make_item(cls, external_id, shop=None, **values):
        """Return a new item of a shop."""
        return cls.env[ITEM].create(
            {
                "name": f"Item {external_id}",
                "backend_id": (shop or cls.shop).id,
                "external_id": external_id,
                **values,
            }
        )

    def default(self, what, model=SHOP):
        """Return a default record of a model, None where it has none."""
        name = f"connector_test.connector_default_{what}_{model.replace('.', '_')}"
        return self.env.ref(name, raise_if_not_found=False)

    def arch(self, model, view_type, user=None):
        """Return a view as a user gets it."""
        model = self.env[model].with_user(user or self.env.user)
        return model.get_view(view_type=view_type)["arch"]
