# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links and bindings of merged records, moved to the record that stays."""

from collections.abc import Iterator

from odoo import api, models
from odoo.exceptions import UserError

from ..flows.exporting.notes import note_merged, note_moved
from ..magic.links.make import merge_links
from ..models.access_guard import merge_of_records
from ..models.binding_merge import describe, find_bindings, make_aliases, meetings


class PartnerMerge(models.TransientModel):
    """Odoo's merge of contacts, also used by other merges.

    No link and no binding is lost. Where a record would then have two of a kind, a
    person has to decide.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        """Move the bindings, too, to the record that stays, and have it exported.

        Odoo moves them, and deletes all of a model where that violates a constraint. It
        does so by SQL, of which export triggers see nothing.
        """
        met = meetings(src_records, dst_record)
        for meeting in met:
            make_aliases(meeting)
        referring = list(self._find_referring(src_records))
        kept = self._find_concerned(src_records, [one for one, _name in referring])
        result = super()._update_foreign_keys_generic(model, src_records, dst_record)
        self._check_kept(kept, src_records, dst_record)
        for records, name in referring:
            note_moved(records.exists(), name)
        for bindings, _field in find_bindings(dst_record):
            note_merged(bindings)
        for meeting in met:
            self._report_bindings(meeting, dst_record)
        return result

    @api.model
    def _update_reference_fields_generic(
        self, referenced_model, src_records, dst_record, *args, **kwargs
    ):
        """Move the links, too, to the record that stays."""
        with merge_of_records():
            result = super()._update_reference_fields_generic(
                referenced_model, src_records, dst_record, *args, **kwargs
            )
        clashes = merge_links(self.env, src_records, dst_record)
        for relation_id, rows in clashes.items():
            self.env["connector.checkpoint"].create_from_name(
                *(dst_record._name, dst_record.id, "connector.relation", relation_id),
                message=self.env._(
                    "After a merge, %(record)s has %(count)s links: %(links)s. Delete "
                    "the wrong ones, here and on the other system.",
                    # no name: not all readers of the message may read the record
                    record=f"{dst_record._description} #{dst_record.id}",
                    count=len(rows),
                    links=", ".join(row.describe() for row in rows),
                ),
            )
        return result

    # === HELPERS === #

    def _find_concerned(self, src_records, referring) -> list[models.BaseModel]:
        """Return the bindings of records, and those of all that refers to them."""
        found = [bindings for bindings, _field in find_bindings(src_records)]
        for others in referring:
            found += [bindings for bindings, _field in find_bindings(others)]
        return found

    def _find_referring(self, records) -> Iterator[tuple[models.BaseModel, str]]:
        """Return the records of other models that refer to some, and their field."""
        models_by_table = {
            self.env.registry[name]._table: name for name in self.env.registry
        }
        for table, column in self._get_fk_on(records._table):
            name = models_by_table.get(table)
            if name and column in self.env[name]._fields:
                others_sudo = self.env[name].sudo().with_context(active_test=False)
                yield others_sudo.search([(column, "in", records.ids)]), column

    def _check_kept(self, kept, src_records, dst_record) -> None:
        """Refuse a merge in which Odoo deleted bindings by SQL."""
        lost = [bindings - bindings.exists() for bindings in kept]
        named = ", ".join(
            f"{one._name},{one.id}" for bindings in lost for one in bindings
        )
        if named:
            raise UserError(
                self.env._(
                    "Cannot merge %(gone)s into %(stays)s #%(id)s: this would delete "
                    "the bindings %(lost)s, of which the backend has others of the "
                    "record that stays. Delete one binding of each two, then merge "
                    "again. (Models that inherit connector.binding keep both.)",
                    gone=", ".join(f"#{id_}" for id_ in src_records.ids),
                    stays=dst_record._description,
                    id=dst_record.id,
                    lost=named,
                )
            )

    def _report_bindings(self, meeting, dst_record) -> None:
        """Add a checkpoint about bindings that met on one backend."""
        backend = meeting[:1].backend_id
        if backend._name not in dict(self.env["connector.backend"]._select_models()):
            return
        self.env["connector.checkpoint"].create_from_name(
            *(dst_record._name, dst_record.id, backend._name, backend.id),
            message=self.env._(
                "%(record)s has %(count)s bindings on this backend since a merge: "
                "%(bindings)s. %(state)s Merge the records on the other system, or "
                "delete the binding that is wrong, or keep them all.",
                record=f"{dst_record._description} #{dst_record.id}",
                count=len(meeting),
                bindings=describe(meeting),
                state=self._state_of(meeting),
            ),
            binding=meeting[1:2],
        )

    def _state_of(self, meeting) -> str:
        """Return what becomes of bindings that met."""
        if "is_alias" in meeting._fields:
            return self.env._(
                "The first one is its binding, the others are aliases that import "
                "nothing."
            )
        return self.env._("Until one is deleted, exports of the record fail.")
