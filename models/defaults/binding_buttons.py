# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stat buttons that lead from a record, or a backend, to its bindings.

A widget in the button box reads the counts in one request, and shows a button for each
model with bindings of the record. It is not in the form of users who may read none.
"""

from collections import Counter

from lxml import etree

from odoo import api, models

from ..binding import binding_fields
from .values import is_backend, is_binding

WIDGET = "connector_bindings"
IN_FORM = f"//widget[@name='{WIDGET}']"
MODELS = "data-models"  # attribute of the widget: those with the bindings


def bindings_of(model: models.BaseModel) -> list[tuple[str, str]]:
    """Return the models with bindings of a model, each with its field for the record.

    Args:
        model: one that bindings wrap, or one of backends.
    """
    if not is_backend(model):
        return binding_fields(model.env, model._name)
    return [
        (name, "backend_id")
        for name in model.pool.descendants(["connector.binding"], "_inherit")
        if is_binding(model.env[name])
        and model.pool[name]._backend_model == model._name
    ]


class Base(models.AbstractModel):
    """The forms of records that are bound."""

    _inherit = "base"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Put the stat buttons into the forms of models that have bindings."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if arch.tag == "form" and (found := bindings_of(self)):
            if (box := _button_box(arch)) is not None:
                names = ",".join(name for name, _field in found)
                etree.SubElement(box, "widget", {"name": WIDGET, MODELS: names})
        return arch, view


class IrUiView(models.Model):
    """Views, as a user gets them."""

    _inherit = "ir.ui.view"

    def _postprocess_access_rights(self, tree):
        """Leave the stat buttons out for users who may read none of the bindings."""
        tree = super()._postprocess_access_rights(tree)
        for widget in tree.xpath(IN_FORM):
            names = widget.attrib.pop(MODELS, "").split(",")
            if not any(name in self.env and _may_read(self, name) for name in names):
                widget.getparent().remove(widget)
        return tree


class ConnectorBinding(models.AbstractModel):
    """The counts of the stat buttons."""

    _inherit = "connector.binding"

    @api.model
    def count_of_record(self, model: str, record_id: int) -> list[dict]:
        """Return how many bindings of a record the user may read, by their model.

        Args:
            model: model of the record, which bindings wrap, or one of backends.
            record_id: id of the record.

        Returns:
            A ``label``, the ``model``, ``field`` and ``count`` of each that has some.
        """
        if model not in self.env:
            return []
        record = self.env[model].browse(record_id)
        found = []
        for name, field in bindings_of(record):
            if not _may_read(self, name):
                continue
            domain = [(field, "=", record_id)]
            if count := self.env[name].search_count(domain):
                found.append({"model": name, "field": field, "count": count})
        systems = Counter(_system_of(record, one["model"]) for one in found)
        for one in found:
            system = _system_of(record, one["model"])
            is_clear = system and systems[system] == 1
            one["label"] = _described(self, system if is_clear else one["model"])
        return found


def _button_box(arch: etree._Element) -> etree._Element | None:
    """Return the button box of a form, a new one where it has a sheet and no box."""
    box = arch.find(".//div[@name='button_box']")
    sheet = arch.find(".//sheet")
    if box is None and sheet is not None:
        box = etree.Element("div", {"name": "button_box", "class": "oe_button_box"})
        sheet.insert(0, box)
    return box


def _may_read(model: models.BaseModel, name: str) -> bool:
    return model.env[name].has_access("read")


def _system_of(record: models.BaseModel, binding_model: str) -> str | None:
    """Return the backend model of bindings, None for those of a backend itself."""
    if is_backend(record):
        return None
    field = record.env[binding_model]._fields.get("backend_id")
    return field.comodel_name if field else None


def _described(model: models.BaseModel, name: str) -> str:
    """Return what a model is called in the language of the user."""
    return model.env["ir.model"]._get(name).sudo().name
