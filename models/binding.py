# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings: links between Odoo records and their counterparts on a backend."""

from collections.abc import Iterator

from odoo import api, fields, models
from odoo.tools import sql

from ..components.map_child import WithRecord
from ..fields.declared import BackendOfBinding, RecordOfBinding

EXTERNAL_BINDING = "external.binding"


class ExternalBinding(models.AbstractModel):
    """Base of binding models: a link between an Odoo record and a backend's."""

    _name = EXTERNAL_BINDING
    _description = "External Binding"

    sync_date = fields.Datetime(
        string="Last Synchronization",
        copy=False,
        help="When the record was last synchronized with the backend.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write; a line that is moved takes the record it wraps along.

        A line of an order is bound as a line of the binding of the order: where it is
        given to another binding, the order of its record changes, too.
        """
        places = [place for name in vals for place in self._line_places(name, vals)]
        moved = [(place, self._lines_at(place)) for place in places]
        result = super().write(vals)
        for place, lines in moved:
            lines._move_records(*place)
        return result

    def unlink(self):
        """Delete bindings; lines that an import drops take their records along."""
        dropped = [int(id_) for id_ in self._ids if isinstance(id_, WithRecord)]
        records = self.browse(dropped)._records_bound_here_only() if dropped else ()
        result = super().unlink()
        for wrapped in records:
            self._remove_wrapped(wrapped)
        return result

    # === HELPERS === #

    @api.private
    def _remove_wrapped(self, records: models.BaseModel) -> None:
        """Remove the records of lines that an import dropped; for overrides.

        Those that are archived stay: the model of the line did that in its own
        ``unlink``, or a person.
        """
        name = records._active_name
        records.filtered(lambda record: not name or record[name]).unlink()

    def _line_places(self, name: str, vals: dict) -> Iterator[tuple[str, str, str]]:
        """Return where the records of these lines belong, if a field has their parent.

        Returns:
            The many2one to the parent, the field with the record of a line, and the
            many2one of that record to the record of the parent.
        """
        field = self._fields.get(name)
        if field is None or field.type != "many2one" or not vals[name]:
            return
        parents = self.pool[field.comodel_name]
        if not issubclass(parents, self.pool[EXTERNAL_BINDING]):
            return
        for wrapped, own in self._inherits.items():
            for place in self.pool[wrapped]._fields.values():
                is_place = place.type == "many2one" and place.store
                if (
                    is_place
                    and place.comodel_name in parents._inherits
                    and not place.compute
                    and place.name not in vals
                    and self.pool.field_inverses[place]
                ):
                    yield name, own, place.name

    def _lines_at(self, place: tuple[str, str, str]) -> "ExternalBinding":
        """Return the lines whose record belongs to the record of their parent."""
        name, own, target = place
        return self.filtered(
            lambda line: (
                line[name]
                and line[own][target]
                and line[own][target] == self._record_of(line[name], line[own][target])
            )
        )

    def _move_records(self, name: str, own: str, target: str) -> None:
        """Give the records of lines to the record of the parent they have now."""
        for line in self:
            record = self._record_of(line[name], line[own][target])
            if record != line[own][target]:
                line[own].write({target: record.id})

    def _record_of(self, parent: models.BaseModel, like: models.BaseModel):
        """Return the record that a parent wraps, of the model of another record."""
        return parent[parent._inherits[like._name]]

    def _records_bound_here_only(self) -> list[models.BaseModel]:
        """Return the records that these bindings wrap and no other binding does."""
        found = []
        for wrapped, own in self._inherits.items():
            records = self[own]
            for name, field in binding_fields(self.env, wrapped):
                # bindings that the user may not read keep the record as well
                others_sudo = self.env[name].sudo().with_context(active_test=False)
                others = others_sudo.search([(field, "in", records.ids)])
                if name == self._name:
                    others -= self.sudo()
                records -= others[field].with_env(self.env)
            found.append(records)
        return found


def binding_fields(env: api.Environment, wrapped: str) -> list[tuple[str, str]]:
    """Return the binding models of a model, each with its field for the record."""
    registry = env.registry
    return [
        (name, field)
        for name in registry.descendants([EXTERNAL_BINDING], "_inherit")
        if not registry[name]._abstract and registry[name]._auto
        for field in _normal_fields(registry[name], wrapped)
    ]


def _normal_fields(model, wrapped: str) -> Iterator[str]:
    """Return the fields of a binding model that hold its normal record."""
    if wrapped in model._inherits:
        yield model._inherits[wrapped]
        return
    for name in ("openerp_id", "odoo_id"):
        field = model._fields.get(name)
        if field and field.store and field.comodel_name == wrapped:
            yield name


class ConnectorBinding(models.AbstractModel):
    """A binding whose uniqueness the database guarantees.

    A concrete binding model inherits it, names the model of its backends and the model
    that it wraps; the fields for both are there then::

        _name = "shop.product.product"
        _inherit = "connector.binding"
        _inherits = {"product.product": "odoo_id"}
        _backend_model = "shop.backend"

    A binding may define ``backend_id`` and ``odoo_id`` itself instead.
    """

    _name = "connector.binding"
    _inherit = "external.binding"
    _description = "Connector Binding"

    _backend_model: str | None = None
    """Model of the backends. Where it is set, flows take their default units for the
    binding, if the connector registers none of its own."""

    backend_id = BackendOfBinding(string="Backend")
    odoo_id = RecordOfBinding(
        string="Record", help="The record in Odoo that the binding connects."
    )
    external_id = fields.Char(
        string="External ID",
        copy=False,
        help="Identifier of the record on the backend.",
    )
    external_version = fields.Char(
        string="Version There",
        readonly=True,
        copy=False,
        help="Version of the record on the backend that was imported last.",
    )
    import_hash = fields.Char(
        string="Imported Values",
        readonly=True,
        copy=False,
        help="Hash of the values that were imported last; equal values are not "
        "written again.",
    )
    seen_run = fields.Integer(
        string="Seen in Run",
        readonly=True,
        copy=False,
        help="The last full refresh in which the record was on the backend.",
    )
    seen_stream = fields.Integer(
        string="Seen in Stream",
        readonly=True,
        copy=False,
        help="The stream that listed the record last, where several share the model.",
    )
    is_alias = fields.Boolean(
        string="Alias",
        copy=False,
        help="A second binding of its record on the backend, since records were "
        "merged. It keeps the external ID from being imported as a new record, and is "
        "neither imported nor exported itself.",
    )

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)",
        "This backend already has a binding with the same external ID.",
    )
    _odoo_uniq = models.UniqueIndex(
        "(backend_id, odoo_id) WHERE is_alias IS NOT TRUE",
        "This record already has a binding on the same backend.",
    )

    # === CRUD === #

    def init(self):
        """Let tables of an earlier version have aliases."""
        super().init()
        name = sql.make_identifier(f"{self._table}_odoo_uniq")
        index = self._table_objects.get(name)
        is_index = isinstance(index, models.UniqueIndex)
        if is_index and sql.constraint_definition(self.env.cr, self._table, name):
            # Odoo keeps it: it takes the constraint for an index that somebody tuned
            sql.drop_constraint(self.env.cr, self._table, name)
            index.apply_to_database(self)

    def unlink(self):
        """Delete bindings; the first alias takes the place of one that is deleted."""
        self.check_access("unlink")  # before anything is looked up with more rights
        heirs_sudo = self._heirs()
        result = super().unlink()
        for heir in heirs_sudo.exists():
            heir.is_alias = False
        return result

    # === HELPERS === #

    def _heirs(self) -> "ConnectorBinding":
        """Return the first alias beside each of these bindings, with elevated rights.

        Users who may delete a binding leave no record without one: which alias comes
        next is not for them to choose.
        """
        mains_sudo = self.sudo().filtered(lambda one: not one.is_alias)
        aliases_sudo = mains_sudo.with_context(active_test=False).search_fetch(
            [
                ("backend_id", "in", mains_sudo.backend_id.ids),
                ("odoo_id", "in", mains_sudo.odoo_id.ids),
                ("is_alias", "=", True),
                ("id", "not in", self.ids),
            ],
            ["backend_id", "odoo_id"],
            order="id",
        )
        places = {(one.backend_id, one.odoo_id) for one in mains_sudo}
        heirs_sudo = self.browse().sudo()
        for alias in aliases_sudo.with_env(heirs_sudo.env):
            if (alias.backend_id, alias.odoo_id) in places:
                places.remove((alias.backend_id, alias.odoo_id))
                heirs_sudo |= alias
        return heirs_sudo.with_context(connector_no_export=True)
