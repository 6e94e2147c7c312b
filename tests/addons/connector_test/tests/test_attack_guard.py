# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests that each model has access lines, each company a rule, each secret a group."""

import re

from odoo.tests import TransactionCase, tagged

from odoo.addons.connector.secret import Secret

from .attack_calls import CARRIERS, OURS, is_added

# model: why nobody needs an access line
WITHOUT_ACCESS = {}
# dialogs of one's own, on records and bindings to which one has rights of their own
FOR_EMPLOYEES = {"connector.export.to", "connector.export.to.target"}
# model with a company: why it has no rule
WITHOUT_RULE = {}
SECRET_NAME = re.compile(r"(^|_)(token|secret|password|api_key)$")
MANAGER = "connector.group_connector_manager"


@tagged("post_install", "-at_install", "attack")
class TestGuard(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.models = [
            cls.env[name]
            for name, model in cls.env.registry.items()
            if model._original_module == "connector"
        ]
        cls.access = cls.env["ir.model.access"].search([])
        cls.rules = cls.env["ir.rule"].search([])

    def of_model(self, records, model):
        """Return the access lines or rules of a model."""
        return records.filtered(lambda one: one.model_id.model == model._name)

    def test_each_model_has_an_access_line_or_a_reason(self):
        bare = [
            model._name
            for model in self.models
            if not model._abstract and not self.of_model(self.access, model)
        ]

        self.assertEqual(sorted(bare), sorted(WITHOUT_ACCESS))

    def test_each_access_line_is_for_a_group_of_the_connector(self):
        ours = self.env["res.groups"].search(
            [("privilege_id", "=", self.env.ref(PRIVILEGE).id)]
        )
        employees = self.env.ref("base.group_user")
        allowed = dict.fromkeys(FOR_EMPLOYEES, ours | employees)
        for model in self.models:
            with self.subTest(model=model._name):
                groups = self.of_model(self.access, model).group_id
                self.assertLessEqual(groups, allowed.get(model._name, ours))

    def test_each_company_has_a_rule_for_everybody(self):
        open_ = [
            model._name
            for model in self.models
            if "company_id" in model._fields
            and not model._abstract
            and not any(
                "company_ids" in rule.domain_force
                for rule in self.of_model(self.rules, model)
                if not rule.groups
            )
        ]

        self.assertEqual(sorted(open_), sorted(WITHOUT_RULE))

    def test_each_dialog_is_for_who_opened_it(self):
        shared = [
            model._name
            for model in self.models
            if model._transient
            and "[('create_uid', '=', user.id)]"
            not in self.of_model(self.rules, model).mapped(_domain)
        ]

        self.assertEqual(shared, [])

    def test_each_secret_has_a_group(self):
        bare = [
            f"{model._name}.{field.name}"
            for model in self.models
            for field in model._fields.values()
            if self.is_secret(field) and not self.is_closed(model, field)
        ]

        self.assertEqual(bare, [])
        self.assertEqual(Secret().groups, MANAGER)

    def is_secret(self, field) -> bool:
        """Tell whether a field holds what only managers may know."""
        is_ours = "connector" in field._modules
        is_kind = field.type == "binary" or isinstance(field, Secret)
        return is_ours and (is_kind or bool(SECRET_NAME.search(field.name)))

    def is_closed(self, model, field) -> bool:
        """Tell whether only managers read a field, by its group or by its model."""
        groups = self.of_model(self.access, model).group_id
        return bool(field.groups) or groups == self.env.ref(MANAGER)

    def test_each_abstract_model_with_methods_has_one_that_inherits_it(self):
        """What inherits it is attacked in its place, with records."""
        alone = [
            model._name
            for model in self.models
            if model._abstract
            and model._name not in CARRIERS
            and any(
                is_added(model, name) and not _is_of_model(model, name)
                for name in dir(type(model))
                if name[0] != "_"
                and callable(getattr(type(model), name))
                and not getattr(getattr(type(model), name), "_api_private", False)
            )
        ]

        # Folder and HTTP add no method, and contacts are linked. What a binding adds,
        # the matrix of rights asks.
        bases = ["connector.backend.folder", "connector.backend.http"]
        inherited = [*bases, "connector.binding"]
        self.assertEqual(sorted(alone), [*inherited, "connector.linked"])
        self.assertTrue(OURS)


PRIVILEGE = "connector.res_groups_privilege_connector"


def _domain(rule) -> str:
    return rule.domain_force.replace('"', "'")


def _is_of_model(model, name: str) -> bool:
    return getattr(getattr(type(model), name), "_api_model", False)
