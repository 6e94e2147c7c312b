# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of bindings for flows, checked when the addon is loaded."""

from collections.abc import Sequence

from odoo import fields, models

from ..flows.binding_declare import LINK, STAY, MatchKey, check_binding
from ..flows.mapper_check import check_mappers


class ConnectorBinding(models.AbstractModel):
    """What a binding declares about records that are new to the backend, or gone."""

    _inherit = "connector.binding"

    _match: Sequence[str | MatchKey] = ()
    """Fields of the wrapped model by which a record that is not bound yet is found
    before a new one is created; those of all addons that extend the model count."""

    _on_match: str = LINK
    """What is written to a record that was found: ``"link"`` nothing, ``"fill"`` its
    empty fields, ``"update"`` all that differs."""

    _on_deleted_here: str = STAY
    """What becomes of a record that was deleted here, when the backend changes it:
    ``"stay"`` it stays deleted, ``"recreate"`` it is imported, ``"checkpoint"`` a
    person decides."""

    _stable_key: str | None = None
    """Field of the binding that keeps its value where the external id changes."""

    read_at = fields.Datetime(
        string="Read There At",
        readonly=True,
        copy=False,
        help="When what was imported last had been read from the backend.",
    )

    def _post_model_setup__(self):
        """Refuse declarations that name what does not exist."""
        super()._post_model_setup__()
        if not self._abstract:
            check_binding(type(self))
            check_mappers(self)

    # === CRUD === #

    def _prepare_create_values(self, vals_list):
        """Write nothing to a record that is bound, besides what is given for it.

        Odoo adds an empty value for the properties that it has not, and writes these
        to the record: one write for each binding, though nothing changes.
        """
        prepared = super()._prepare_create_values(vals_list)
        for given, values in zip(vals_list, prepared, strict=True):
            for name in [name for name in values if name not in given]:
                field = self._fields[name] if name in self._fields else None
                if field is not None and field.inherited and self._wraps(given, field):
                    del values[name]
        return prepared

    # === HELPERS === #

    def _wraps(self, values: dict, field: fields.Field) -> bool:
        """Return whether values name the record from which a field is inherited."""
        return bool(values.get(field.related.split(".")[0]))
