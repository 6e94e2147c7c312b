# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends that are a folder with files."""

from collections.abc import Iterable, Mapping

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ...components.folder import list_files, open_folder


class ConnectorBackendFolder(models.AbstractModel):
    """Base of the backend models whose records come from files in a folder.

    The folder lies below the one that the server's configuration names as
    ``file_root``, and only Settings administrators choose it: the server reads what is
    there with its own rights.
    """

    _name = "connector.backend.folder"
    _inherit = "connector.backend"
    _description = "Connector Backend with Files"

    folder = fields.Char(
        copy=False,
        help="Folder with the files, below the folder that the configuration of the "
        "server allows (file_root). Only administrators of the settings change it.",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create; only administrators of the settings give a folder."""
        self._check_folder(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Write; only administrators of the settings change the folder."""
        self._check_folder([vals])
        return super().write(vals)

    # === HELPERS === #

    @api.model
    def _check_folder(self, vals_list: Iterable[Mapping[str, object]]) -> None:
        # the user counts, not sudo(): much of Odoo writes values of its callers so
        user_sudo = self.env.user.sudo()
        if self.env.uid == SUPERUSER_ID or user_sudo._is_system():
            return
        if any(values.get("folder") for values in vals_list):
            raise AccessError(
                self.env._(
                    "Cannot set the folder of %(model)s: only administrators of the "
                    "settings may choose which files the server reads. Ask one.",
                    model=self._description,
                )
            )

    def _check_connection(self) -> str:
        """Return how many files are in the folder."""
        files = list_files(open_folder(self.folder, self.describe()))
        return self.env._("The folder has %(count)s files.", count=len(files))
