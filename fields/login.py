# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields of a login, which a backend has only where its kind of login needs them."""

from odoo import fields

from ..secret import Secret


class _OfLogin:
    """A field that is stored and shown where ``_auth`` of the model names it."""

    is_unused = False

    def _setup_attrs__(self, model_class, name):
        super()._setup_attrs__(model_class, name)
        auth = getattr(model_class, "_auth", None)
        names = getattr(auth, "fields", None)
        if not callable(names) or name not in names():
            self.is_unused = True
            self.store = False


class LoginText(_OfLogin, fields.Char):
    """A part of a login that is no secret, such as the name of a user."""


class LoginTime(_OfLogin, fields.Datetime):
    """When something of a login ends."""


class LoginSecret(_OfLogin, Secret):
    """A secret of a login."""
