# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deleter of contacts whose cards were deleted."""

from odoo.addons.connector.api import ImportDeleter

from ..backend import carddav


@carddav
class ContactDeleter(ImportDeleter):
    """Archives contacts with their further addresses: these may stand on orders."""

    _model_name = "carddav.res.partner"

    def _archive(self, binding, record):
        binding.address_ids.odoo_id.action_archive()
        return super()._archive(binding, record)
