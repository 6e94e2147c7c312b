# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Link methods of every model; deleting a record deletes its links."""

from datetime import datetime

from odoo import api, models

from ..magic.links import store as link_store
from ..magic.links.book import follow_change
from ..magic.links.link import Link, Links, search_links
from ..magic.links.make import set_link
from ..magic.links.side import EXTERNAL, Ref


class Base(models.AbstractModel):
    """Every model, with the methods that read and write its links."""

    _inherit = "base"

    @api.private
    def set_link(
        self,
        relation: str,
        ref: Ref,
        system: str = EXTERNAL,
        sync_date: datetime | None = None,
        allow_many2many: bool = False,
    ) -> Link:
        """Return the link between this record and a reference on another system.

        Args:
            relation: name of the relation.
            ref: reference of the record on the other system.
            system: the other system.
            sync_date: when both were last in sync; None is now, False never.
            allow_many2many: whether linked records may have other links in the
                relation. The first link decides for all of them.

        Raises:
            LinkError: either side is linked with another record, or the relation is
                of another kind.
            AccessError: the user may not write the record.
        """
        refs = {link_store.ODOO: self, system: ref}
        return set_link(self.env, relation, refs, sync_date, allow_many2many)

    @api.private
    def search_links(self, relation: str) -> Links:
        """Return the links that these records have in a relation.

        Raises:
            AccessError: the user may not read the records.
        """
        self.check_access("read")
        return search_links(self.env, relation, self)

    def unlink(self):
        """Remove the links of the records along with them."""
        result = super().unlink()
        if self._name in self.env["connector.link.side"]._linked_models():
            link_store.delete_of_records(self.env.cr, self._name, self._ids)
            follow_change(self.env)
        return result
