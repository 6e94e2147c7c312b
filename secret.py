# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does a backend keep the password of a system to itself?"""

from odoo import fields

HIDDEN = "***"


class SecretText(str):
    """A text that works as any other, and does not show in ``repr()``.

    So it stays out of tracebacks and of logs of values; jobs refuse it as an
    argument. Who formats it, as for the header of a request, gets it in full.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return HIDDEN


class Secret(fields.Char):
    """A password, token or key, on a backend: only Connector Managers may read it.

    It reads as ``SecretText``. Others can neither read it nor search by it, copies do
    not have it, exports show nothing, and it is not tracked. In views, write
    ``password="True"``. Another group is given as ``groups``.
    """

    groups = "connector.group_connector_manager"
    copy = False
    exportable = False

    def _get_attrs(self, model_class, name):
        """Leave out what would write the secret into the chatter."""
        attrs = super()._get_attrs(model_class, name)
        attrs.pop("tracking", None)
        return attrs

    def convert_to_record(self, value, record):
        """Return the secret, False without one."""
        text = super().convert_to_record(value, record)
        return SecretText(text) if text else False

    def convert_to_read(self, value, record, use_display_name=True):
        """Return the secret as the plain text that a form shows to its manager."""
        return str.__str__(value) if value else False

    def convert_to_cache(self, value, record, validate=True):
        """Return the secret as plain text, as the database keeps it."""
        if isinstance(value, SecretText):
            value = str.__str__(value)
        return super().convert_to_cache(value, record, validate)

    def convert_to_export(self, value, record):
        """Return nothing."""
        return ""
