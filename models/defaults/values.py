# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values of the default records of backends and bindings, by kind."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lxml.builder import E
from lxml.etree import tostring

from odoo import api, models

PREFIX = "connector_default_"  # of the names in XML ids
ACCESS = "ir.model.access"
RULE = "ir.rule"
ACTION = "ir.actions.act_window"
MENU = "ir.ui.menu"

USER = "connector.group_connector_user"
MANAGER = "connector.group_connector_manager"
ROOT = "connector.menu_connector_root"
BACKENDS_SEQUENCE = 12  # after the menu "Connectors", before "Queue"
OWN_COMPANIES = "company_ids + [False]"


class DefaultRecord(NamedTuple):
    """A record that the addon of a connector gets.

    Args:
        model: of the record.
        name: of its XML id.
        values: of its fields.
        noupdate: whether people may change it for good.
        texts: returns values in the language of an environment, of those that are not
            the names that the addon gives to its models.
    """

    model: str
    name: str
    values: dict[str, Any]
    noupdate: bool = False
    texts: Callable[[api.Environment], dict[str, str]] | None = None


def is_backend(model: models.BaseModel) -> bool:
    """Return whether a model is one of backends."""
    return _is_stored(model, "connector.backend")


def is_binding(model: models.BaseModel) -> bool:
    """Return whether a model is one of bindings, and names that of its backends."""
    return _is_stored(model, "connector.binding") and bool(model._backend_model)


def has_defaults(model: models.BaseModel) -> bool:
    """Return whether a model may get default records."""
    return is_backend(model) or is_binding(model)


def _is_stored(model: models.BaseModel, base: str) -> bool:
    if model._abstract or model._transient or not model._auto:
        return False
    return issubclass(type(model), model.pool[base])


def name_of(model: models.BaseModel, what: str) -> str:
    """Return the name in the XML id of a default record of a model."""
    return f"{PREFIX}{what}_{model._name.replace('.', '_')}"


def find(model: models.BaseModel, what: str) -> models.BaseModel | None:
    """Return a default record of a model, None where it is not there."""
    xml_id = f"{model._original_module}.{name_of(model, what)}"
    return model.env.ref(xml_id, raise_if_not_found=False)


def access_lines(model: models.BaseModel) -> Iterator[DefaultRecord]:
    """Return the access lines: users and reviewers read, managers may do everything."""
    for what, group, may_change in (("user", USER, 0), ("manager", MANAGER, 1)):
        values = {
            "name": f"{model._name} {what}",
            "model_id": model.env["ir.model"]._get_id(model._name),
            "group_id": model.env.ref(group).id,
            "perm_read": 1,
            "perm_write": may_change,
            "perm_create": may_change,
            "perm_unlink": may_change,
        }
        yield DefaultRecord(ACCESS, name_of(model, f"access_{what}"), values)


def company_rules(model: models.BaseModel) -> Iterator[DefaultRecord]:
    """Return the rule that users see what is of their companies, or of all.

    The rules of the record that a binding wraps are added by Odoo itself.
    """
    company = "company_id" if is_backend(model) else "backend_id.company_id"
    values = {
        "name": f"{model._description}: own companies",
        "model_id": model.env["ir.model"]._get_id(model._name),
        "domain_force": f'[("{company}", "in", {OWN_COMPANIES})]',
    }
    yield DefaultRecord(RULE, name_of(model, "rule"), values, noupdate=True)


def menus(model: models.BaseModel) -> Iterator[DefaultRecord]:
    """Return the action and the menus of a model.

    A model of backends has a menu of its own, with its backends and, below, all its
    bindings. Without it, since the addon has menus, the bindings have none either.
    Lines have none: they are on the form of their document.
    """
    if is_backend(model):
        yield from _backend_menus(model)
        return
    backends = model.env[model._backend_model]
    is_of_same_addon = backends._original_module == model._original_module
    if is_of_same_addon and not find(backends, "menu"):
        yield from _backend_menus(backends)  # Odoo came to the bindings first
    yield _action(model)
    if model._line_of:
        return
    if parent := find(backends, "menu"):
        yield _menu(model, "menu", parent)


def _backend_menus(model: models.BaseModel) -> Iterator[DefaultRecord]:
    yield _action(model)
    section = {
        "name": model._description,
        "parent_id": model.env.ref(ROOT).id,
        "sequence": BACKENDS_SEQUENCE,
    }
    yield DefaultRecord(MENU, name_of(model, "menu"), section)
    backends = _menu(model, "menu_backends", find(model, "menu"), sequence=5)
    yield backends._replace(texts=lambda env: {"name": env._("Backends")})


def _action(model: models.BaseModel) -> DefaultRecord:
    values = {
        "name": model._description,
        "res_model": model._name,
        "view_mode": "list,form",
    }
    texts = _backend_help if is_backend(model) else _binding_help
    return DefaultRecord(ACTION, name_of(model, "action"), values, texts=texts)


def _backend_help(env: api.Environment) -> dict[str, str]:
    return _help(
        env._("No backend yet"),
        env._("Make one for each system that Odoo exchanges records with."),
    )


def _binding_help(env: api.Environment) -> dict[str, str]:
    return _help(
        env._("No record is bound yet"),
        env._(
            "Records appear here with their state once they were imported from a "
            "backend, or exported to one."
        ),
    )


def _help(title: str, text: str) -> dict[str, str]:
    """Return what an empty list says."""
    head = E.p({"class": "o_view_nocontent_smiling_face"}, title)
    return {"help": "".join(tostring(p, encoding="unicode") for p in (head, E.p(text)))}


def _menu(model, what: str, parent, **values) -> DefaultRecord:
    """Return the menu that opens the records of a model; its action is there."""
    values["name"] = model._description
    values["parent_id"] = parent.id
    values["action"] = f"{ACTION},{find(model, 'action').id}"
    return DefaultRecord(MENU, name_of(model, what), values)
