# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links of merged records, moved to the record that stays."""

from odoo import api, models

from ..magic.links.make import merge_links


class PartnerMerge(models.TransientModel):
    """Odoo's merge of contacts, also used by other merges."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields_generic(
        self, referenced_model, src_records, dst_record, *args, **kwargs
    ):
        """Move the links, too, to the record that stays.

        If it then has two links in a one to one relation, a person has to decide.
        """
        result = super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record, *args, **kwargs
        )
        clashes = merge_links(self.env, src_records, dst_record)
        for relation_id, rows in clashes.items():
            self.env["connector.checkpoint"].create_from_name(
                *(dst_record._name, dst_record.id, "connector.relation", relation_id),
                message=self.env._(
                    "%(record)s has %(count)s links since a merge: %(links)s. Remove "
                    "those that are wrong, here and on the other system.",
                    # no name: not all readers of the message may read the record
                    record=f"{dst_record._description} #{dst_record.id}",
                    count=len(rows),
                    links=", ".join(row.describe() for row in rows),
                ),
            )
        return result
