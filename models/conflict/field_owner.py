# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Owners of fields as people choose them, beside those that connectors declare."""

from collections import defaultdict
from collections.abc import Iterator

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...exception import InvalidUsageError, message_of
from ...fields.reference import LastingReference
from ...flows.conflicts.owners import (
    ALL_OTHERS,
    Owners,
    check_owner,
    declared_owners,
    keeps_bases,
)

OWNERS = [
    ("odoo", "Odoo"),
    ("remote", "Backend"),
    ("manual", "A Person Decides"),
    ("newest", "Changed Last"),
]


class ConnectorFieldOwner(models.Model):
    """Whose value of a field counts, on one backend.

    The connector declares the owners (``_owner``); a line without a choice follows the
    declaration, also where an upgrade changes it, and a choice stays.
    """

    _name = "connector.field.owner"
    _inherit = ["connector.of.backend"]
    _description = "Owner of a Field"
    _order = "backend_id, model, field, id"
    _rec_name = "field"
    _rec_names_search = ("field", "model")

    backend_id = LastingReference(
        readonly=False, help="The external system that has the field as well."
    )
    model = fields.Selection(
        selection="_select_bindings",
        string="Binding Model",
        required=True,
        help="The kind of records, whose connector compares both sides.",
    )
    field = fields.Char(
        string="Field Name",
        required=True,
        help="Technical name of the field; * stands for all others.",
    )
    label = fields.Char(
        string="Field", compute="_compute_label", help="The field as forms name it."
    )
    declared_owner = fields.Selection(
        OWNERS,
        compute="_compute_declared_owner",
        help="Whose value counts as long as nobody chose.",
    )
    owner = fields.Selection(
        OWNERS,
        string="Chosen Owner",
        help="Whose value counts where both sides changed the field. Empty: as the "
        "connector declares it.",
    )

    _field_uniq = models.UniqueIndex(
        "(backend_id, model, field)", "There is a line for this field already."
    )

    # === COMPUTE === #

    @api.model
    def _select_bindings(self) -> list[tuple[str, str]]:
        """Return the binding models whose fields have owners."""
        names = self.env.registry.descendants(["connector.binding"], "_inherit")
        return [
            (name, self.env[name]._description)
            for name in names
            if _has_owners(self.env.registry[name])
        ]

    @api.depends("model", "field")
    @api.depends_context("lang")
    def _compute_label(self):
        for row in self:
            model_class = self.env.registry.get(row.model or "")
            known = model_class and model_class._fields.get(row.field)
            if known:
                row.label = known.get_description(self.env, ["string"])["string"]
            else:
                row.label = self.env._("All Others") if row.field == "*" else row.field

    @api.depends("model", "field")
    def _compute_declared_owner(self):
        for row in self:
            model_class = row._binding_class()
            row.declared_owner = model_class and Owners(model_class).of(row.field)

    # === CONSTRAINTS === #

    @api.constrains("backend_id", "model", "field", "owner")
    def _check_field(self):
        """Refuse a field that does not exist, and an owner that it cannot have."""
        for row in self:
            model_class = row._binding_class()
            if model_class is None:
                raise ValidationError(
                    self.env._(
                        "%(model)s is no binding of flows. Choose another kind of "
                        "records.",
                        model=row.model,
                    )
                )
            if row.backend_id and model_class._backend_model != row.backend_id._name:
                raise ValidationError(
                    self.env._(
                        "%(backend)s has no %(model)s. Choose another kind of records.",
                        backend=row.backend_id.display_name,
                        model=model_class._description,
                    )
                )
            try:
                check_owner(model_class, row.field, row.owner or row.declared_owner)
            except InvalidUsageError as error:
                raise ValidationError(message_of(error)) from error

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create; refuse backends that the user may not read."""
        rows = super().create(vals_list)
        rows._check_backend()
        return rows

    def write(self, vals):
        """Write; refuse backends that the user may not read."""
        result = super().write(vals)
        if "backend_id" in vals:
            self._check_backend()
        return result

    # === HELPERS === #

    def _binding_class(self) -> type | None:
        """Return the class of the binding model, None where there is none."""
        model_class = self.env.registry.get(self.model or "")
        return model_class if getattr(model_class, "_backend_model", None) else None

    def _check_backend(self) -> None:
        """Refuse a backend that the user may not read; elevated code may name any."""
        if not self.env.su:
            for row in self:
                row.backend_id.check_access("read")

    @api.model
    def _declare_all(self) -> None:
        """Create the lines of declared owners that backends do not have yet."""
        by_backend = defaultdict(list)
        for name, _label in self._select_bindings():
            model_class = self.env.registry[name]
            if model_class._backend_model:
                by_backend[model_class._backend_model].append(model_class)
        if not by_backend:
            return
        # pylint: disable-next=no-search-all
        known = {(row._key(), row.model, row.field) for row in self.search([])}
        self.create(
            [
                values
                for name, classes in by_backend.items()
                # pylint: disable-next=no-search-all
                for backend in self.env[name].search([])
                for values in _declared_values(backend, classes)
                if tuple(map(str, values.values())) not in known
            ]
        )

    def _key(self) -> str:
        """Return the reference of the backend, which may be gone."""
        return (
            f"{self.backend_id._name},{self.backend_id.id}" if self.backend_id else ""
        )

    @api.model
    def _chosen(self, backend: models.BaseModel, model_name: str) -> dict[str, str]:
        """Return the owners that people chose, by field."""
        # asked by imports of any user, who may not see the settings
        rows_sudo = self.sudo().search_fetch(
            [
                ("backend_id", "=", backend.reference()),
                ("model", "=", model_name),
                ("owner", "!=", False),
            ],
            ["field", "owner"],
        )
        return {row.field: row.owner for row in rows_sudo}


class ConnectorStream(models.Model):
    """The cron that creates what connectors declare."""

    _inherit = "connector.stream"

    # === CRON === #

    @api.model
    def _declare_all(self) -> None:
        """Create the declared streams, and the declared owners of fields."""
        super()._declare_all()
        self.env["connector.field.owner"]._declare_all()


def _has_owners(model_class: type[models.BaseModel]) -> bool:
    return not model_class._abstract and model_class._auto and keeps_bases(model_class)


def _declared_values(backend: models.BaseModel, classes: list) -> Iterator[dict]:
    for model_class in classes:
        for name in {**(declared_owners(model_class) or {}), ALL_OTHERS: ""}:
            yield {
                "backend_id": backend.reference(),
                "model": model_class._name,
                "field": name,
            }
