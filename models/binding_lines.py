# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of lines: to which document they belong, and when that is frozen."""

from collections.abc import Iterator, Sequence

from odoo import api, fields, models

from ..flows.line_declaration import ARCHIVE, UNLINK, check_lines, wrapping_field


class ConnectorBinding(models.AbstractModel):
    """What a binding of lines declares, and what follows from it."""

    _inherit = "connector.binding"

    _line_of: tuple[str, str] | None = None
    """The many2one of a line to the binding of its document, and the many2one of the
    wrapped line to the wrapped document, such as ``("shop_order_id", "order_id")``.
    Where the first is set, the second and the backend follow."""

    _line_key = None
    """What tells the lines of a document from each other where they have no id: a field
    of the line, several, or ``"place"`` for their order. A method ``_line_key(line)``
    computes it of a line as the backend sent it."""

    _key_varies = False
    """Whether ``_line_key`` is computed of what a line says: a line with a new key goes
    on as the next one that vanished, if their keys are equal up to the last slash."""

    _when_gone: str = UNLINK
    """What becomes of the record of a line that vanished: ``"unlink"``; or
    ``"archive"``, where others may refer to it. Then it is archived with its document
    as well, and comes back with it."""

    _frozen: Sequence[tuple | str] = ()
    """Domain of lines, or of documents, from which an import removes nothing any more.
    What vanished there stays here, see :meth:`_on_frozen`."""

    missing_since = fields.Datetime(
        string="Missing There Since",
        readonly=True,
        copy=False,
        help="Since when the line is not on the backend any more. It stays here, "
        "because its document was confirmed.",
    )

    def _post_model_setup__(self):
        """Refuse lines that name what does not exist, when the addon is loaded."""
        super()._post_model_setup__()
        if not self._abstract:
            check_lines(type(self))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create bindings; those of lines know document and backend by their parent."""
        if self._line_of:
            vals_list = [self._complete_line(vals) for vals in vals_list]
        return super().create(vals_list)

    # === HELPERS === #

    @api.private
    def _on_frozen(self, document: models.BaseModel) -> None:
        """React to lines that vanished from a frozen document; for overrides.

        It is called once for each line that vanished, at the first import without it.

        Args:
            document: binding of the document; these lines stay lines of it.
        """
        document.backend_id.add_checkpoint(
            document._name,
            document.id,
            self.env._(
                "%(lines)s of %(document)s are not on the backend any more. They "
                "were kept, because the document is confirmed. Correct it by hand.",
                lines=", ".join(self.mapped("display_name")),
                document=document.display_name,
            ),
            reason="conflict",
        )

    def _remove_wrapped(self, records: models.BaseModel) -> None:
        """Archive the records of lines that vanished, where the model says so."""
        if self._when_gone == ARCHIVE and records._active_name:
            records.action_archive()
        else:
            super()._remove_wrapped(records)

    def _complete_line(self, vals: dict) -> dict:
        """Return the values of a line with its document and its backend."""
        first, second = self._line_of
        parent = self.env[self._fields[first].comodel_name].browse(vals.get(first))
        if not parent:
            return vals
        found = {"sync_state": "synced"} if vals.get("external_id") else {}
        if "backend_id" in parent._fields:
            found["backend_id"] = parent.backend_id.id
        if not vals.get(wrapping_field(type(self), second)):
            found[second] = parent[
                parent._inherits[self._fields[second].comodel_name]
            ].id
        return {**found, **vals}

    def _line_places(self, name: str, vals: dict) -> Iterator[tuple[str, str, str]]:
        """Return where the records of these lines belong, as ``_line_of`` says."""
        if not self._line_of:
            yield from super()._line_places(name, vals)
            return
        first, second = self._line_of
        if name == first and vals[name] and second not in vals:
            yield first, wrapping_field(type(self), second), second
