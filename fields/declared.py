# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many2one fields of bindings whose model is read from the class of the binding.

A binding names its backend model in ``_backend_model`` and the model that it wraps in
``_inherits``; to write both again as fields would say the same twice.
"""

from odoo import fields

UNKNOWN = "base"  # of abstract models: their fields have no column


class BackendOfBinding(fields.Many2one):
    """The backend of a binding: a Many2one to the ``_backend_model`` of its class."""

    def _setup_attrs__(self, model_class, name):
        super()._setup_attrs__(model_class, name)
        if self.comodel_name:
            return
        self.comodel_name = model_class._backend_model or UNKNOWN
        self.required = not model_class._abstract
        self.ondelete = "restrict" if self.required else "set null"
        self.index = True
        _check_declared(self, model_class, "_backend_model", '"shop.backend"')


class RecordOfBinding(fields.Many2one):
    """The record that a binding wraps: a Many2one to the model in ``_inherits``."""

    def _setup_attrs__(self, model_class, name):
        comodels = {field: model for model, field in model_class._inherits.items()}
        super()._setup_attrs__(model_class, name)
        if self.comodel_name:
            return
        self.comodel_name = comodels.get(name, UNKNOWN)
        self.required = not model_class._abstract
        self.ondelete = "cascade" if self.required else "set null"
        self.index = True
        _check_declared(self, model_class, "_inherits", f'{{"res.partner": "{name}"}}')


def _check_declared(field, model_class, attribute: str, example: str) -> None:
    """Refuse a binding whose class does not say what the field points to."""
    if model_class._abstract or field.comodel_name != UNKNOWN:
        return
    raise TypeError(
        f"Binding model {model_class._name!r} does not say where its field "
        f"{field.name!r} points: {attribute} is {getattr(model_class, attribute)!r}. "
        f"Set {attribute}, such as {example}, or define the field."
    )
