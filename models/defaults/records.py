# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Default records of a connector: access lines, company rules, actions and menus.

The addon of a connector gets them for its backends and bindings when it is installed
or upgraded. They have XML ids of the addon: its upgrade renews them, and they are
removed with it. Where the addon brings records of its own for a model, those count,
and there are no default ones of their kind.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from odoo import models

from .values import (
    ACCESS,
    ACTION,
    MENU,
    PREFIX,
    RULE,
    DefaultRecord,
    access_lines,
    company_rules,
    find,
    has_defaults,
    menus,
)


class Kind(NamedTuple):
    """Default records that stand in for records of the addon.

    Args:
        values: returns them for a model.
        names: of those that are removed, in this order.
        model_of: returns for which model a record is.
    """

    values: Callable[[models.BaseModel], Iterator[DefaultRecord]]
    names: tuple[str, ...]
    model_of: Callable[[models.BaseModel], str | None]


# Model of the records that an addon may bring itself.
KINDS = {
    ACCESS: Kind(
        access_lines,
        ("access_user", "access_manager"),
        lambda line: line.model_id.model,
    ),
    RULE: Kind(company_rules, ("rule",), lambda rule: rule.model_id.model),
    MENU: Kind(
        menus,
        ("menu_backends", "menu"),  # actions stay: menus of the addon may use them
        lambda menu: menu.action.res_model if _has_window(menu) else None,
    ),
}


def load_later(model: models.BaseModel) -> None:
    """Load the default records of a model as soon as Odoo knows the model.

    Only where the addon that defines it is installed or upgraded: other addons that
    extend it, or the model that it wraps, lead here as well.
    """
    if model.env.context.get("module") == model._original_module:
        if has_defaults(model):
            model.pool.post_init(_load, model)


def make_way(records: models.BaseModel, data_list: list[dict]) -> None:
    """Remove the default records for which an addon has loaded its own.

    Args:
        records: those that were loaded.
        data_list: what they were loaded from, with their XML ids.
    """
    kind = KINDS[records._name]
    for record, data in zip(records, data_list, strict=True):
        module, _, name = (data.get("xml_id") or "").partition(".")
        model_name = kind.model_of(record)
        if name.startswith(PREFIX) or model_name not in records.env:
            continue
        model = records.env[model_name]
        if model._original_module == module and has_defaults(model):
            _discard(model, kind)


def _load(model: models.BaseModel) -> None:
    """Create the default records of a model, and renew those that people do not own."""
    for own, kind in KINDS.items():
        if _has_lasting(model, own):
            continue
        for record in kind.values(model):
            data = {
                "xml_id": f"{model._original_module}.{record.name}",
                "values": record.values,
                "noupdate": record.noupdate,
            }
            loaded = model.env[record.model]._load_records([data], update=True)
            _translate(loaded, record)


def _translate(loaded: models.BaseModel, record: DefaultRecord) -> None:
    """Give a record its texts in all active languages."""
    if record.texts:
        for code, _name in loaded.env["res.lang"].get_installed():
            in_language = loaded.with_context(lang=code)
            in_language.write(record.texts(in_language.env))


def _has_lasting(model: models.BaseModel, own: str) -> bool:
    """Return whether the addon has own records that its upgrade does not load again.

    All others are loaded after the default ones, and take their place then.
    """
    data = model.env["ir.model.data"].search(
        [
            ("module", "=", model._original_module),
            ("model", "=", own),
            ("noupdate", "=", True),
        ]
    )
    ids = [one.res_id for one in data if not one.name.startswith(PREFIX)]
    records = model.env[own].browse(ids).exists()
    return any(KINDS[own].model_of(one) == model._name for one in records)


def _discard(model: models.BaseModel, kind: Kind) -> None:
    """Remove the default records of one kind, and the default menus below."""
    for name in kind.names:
        record = find(model, name)
        if not record:
            continue
        if record._name == MENU:
            record.child_id.filtered(_is_default).unlink()  # else Odoo moves them up
        record.unlink()


def _is_default(record: models.BaseModel) -> bool:
    xml_id = record.get_external_id()[record.id]
    return xml_id.partition(".")[2].startswith(PREFIX)


def _has_window(menu: models.BaseModel) -> bool:
    return bool(menu.action) and menu.action._name == ACTION
