# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer and exporter of cards: what is special about them."""

from odoo.addons.connector.api import ChangesExporter, RecordImporter

from .adapter import CONTACT, carddav


@carddav
class ContactImporter(RecordImporter):
    """Imports cards."""

    _model_name = CONTACT

    def _must_skip(self):
        is_list = self.remote_record["kind"] == "group"
        return "It is a list of other cards." if is_list else None


@carddav
class ContactExporter(ChangesExporter):
    """Exports what changed here since both sides were equal."""

    _model_name = CONTACT
