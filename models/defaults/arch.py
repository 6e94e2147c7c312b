# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Parts of the default views: the fields that a connector adds to a base model.

Odoo keeps a view for each language: what is in it depends on the classes of a model
only, never on a user, a company or the data.
"""

from collections.abc import Iterable

from lxml.builder import E
from lxml.etree import _Element

from odoo import fields, models
from odoo.models import MAGIC_COLUMNS

from ...secret import Secret

MIXINS = ("base", "mail")  # addons whose fields are no settings of a connector
TEXTS = ("text", "html")
LINES = ("one2many",)
# Types that a form has no widget for, or that it cannot edit alone.
HIDDEN = (
    "many2one_reference",
    "json",
    "properties",
    "properties_definition",
    *LINES,
)


def own_fields(model: models.BaseModel, base: str) -> list[fields.Field]:
    """Return the fields that a connector adds to a base model, as it declares them."""
    known = {*model.pool[base]._fields, *model._inherits.values(), *MAGIC_COLUMNS}
    return [
        field
        for name, field in model._fields.items()
        if name not in known and not field.inherited and field._module not in MIXINS
    ]


def editable(own: Iterable[fields.Field]) -> list[fields.Field]:
    """Return the fields that stand in the groups of a form."""
    return [field for field in own if field.type not in HIDDEN and _has_widget(field)]


def _has_widget(field: fields.Field) -> bool:
    if getattr(field, "is_unused", False):
        return False  # of another kind of login
    return field.type != "binary" or field.store


def groups_of(own: Iterable[fields.Field], title: str) -> list[_Element]:
    """Return the groups of a form with these fields: texts take the whole width."""
    own = editable(own)
    short = [field for field in own if field.type not in TEXTS]
    half = (len(short) + 1) // 2
    columns = [E.group(*map(field_node, part)) for part in (short[:half], short[half:])]
    found = [E.group(*columns, name="own", string=title)] if short else []
    return found + [_text_node(field) for field in own if field.type in TEXTS]


def _text_node(field: fields.Field) -> _Element:
    label = E.label({"for": field.name, "class": "o_form_label"})
    return E.div({"class": "mb-3"}, label, field_node(field))


def field_node(field: fields.Field, **attributes: str) -> _Element:
    """Return a field of a form, with the widget that suits it."""
    if isinstance(field, Secret):
        attributes["password"] = "True"
    elif field.type == "many2many":
        attributes["widget"] = "many2many_tags"
    elif isinstance(field, fields.Image):
        attributes["widget"] = "image"
    return E.field(name=field.name, **attributes)


def has_chatter(model: models.BaseModel) -> bool:
    """Return whether the records of a model have messages of their own."""
    field = model._fields.get("message_ids")
    return field is not None and not field.inherited
