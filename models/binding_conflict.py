# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Owners of the fields of bindings, and the bases that changes are told by."""

from collections.abc import Mapping

from odoo import fields, models
from odoo.orm.models import NO_ACCESS

from ..flows.conflicts.owners import check_owners


class ConnectorBinding(models.AbstractModel):
    """Whose value counts where both sides changed a field."""

    _inherit = "connector.binding"

    _owner: Mapping[str, str] | None = None
    """Owner of each field, ``"*"`` for all others: ``"odoo"`` ours counts and is
    exported, ``"remote"`` theirs counts, ``"manual"`` a person decides, ``"newest"``
    the side that was changed last. Those of all addons that extend the model count."""

    # Values of fields that only some groups may read are among them.
    sync_base = fields.Json(
        string="Values of the Last Synchronization",
        groups=NO_ACCESS,
        readonly=True,
        copy=False,
        prefetch=False,
        help="What was mapped last, and what Odoo kept of it.",
    )

    def _post_model_setup__(self):
        """Refuse owners that name what does not exist, when the addon is loaded."""
        super()._post_model_setup__()
        if not self._abstract:
            check_owners(type(self))
