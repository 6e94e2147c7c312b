# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declared export triggers of binding models, merged over the addons that extend them.

::

    class ShopProduct(models.Model):
        _name = "shop.product.product"
        _inherit = "connector.binding"
        _inherits = {"product.product": "odoo_id"}
        _export_on = ExportOn(
            write=["list_price"],
            watch=[Watch("stock.quant", "product_id", fields=["quantity"])],
            unlink=True,
        )
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

ATTRIBUTE = "_export_on"


@dataclass(frozen=True)
class Watch:
    """Records of another model whose changes export the record that they belong to.

    A new one and a deleted one count as changes; so does one that is given to another
    record, for both of these.

    Args:
        model: of the watched records.
        path: many2one fields, joined by points, from a watched record to the wrapped
            record, or to one from which that inherits fields; such as ``product_id``.
        fields: of the watched model; a change counts if it is one of these. None for
            all fields.
    """

    model: str
    path: str
    fields: Collection[str] | None = None


@dataclass(frozen=True)
class ExportOn:
    """What exports the records of a binding model by itself.

    Args:
        create: new records of the wrapped model get a binding on each active backend,
            and are exported; so are those of which the domain begins to hold, and
            bindings that are created without an external id.
        write: fields of the binding or of its record, by name; True for all that are
            stored. A change of one exports the record.
        unlink: a record that is deleted here is deleted on the backend.
        archive: a record that is archived or brought back is exported.
        domain: of the wrapped model: only records for which it holds are exported.
        watch: records of other models that belong to the record.
    """

    create: bool | None = None
    write: Collection[str] | bool = ()
    unlink: bool | None = None
    archive: bool | None = None
    domain: Sequence[Any] | None = None
    watch: Sequence[Watch] = ()

    def extended_by(self, other: "ExportOn") -> "ExportOn":
        """Return these triggers together with those of an addon that extends them.

        A flag that the other one sets counts; its fields and watches are added; both
        domains have to hold.
        """
        domains = [one for one in (self.domain, other.domain) if one is not None]
        watches = {(one.model, one.path): one for one in (*self.watch, *other.watch)}
        return ExportOn(
            create=_later(self.create, other.create),
            write=_both(self.write, other.write),
            unlink=_later(self.unlink, other.unlink),
            archive=_later(self.archive, other.archive),
            domain=[*domains[0], *domains[1]] if len(domains) > 1 else _first(domains),
            watch=tuple(watches.values()),
        )


def declared_export(model_class: type) -> ExportOn | None:
    """Return the triggers of a binding model, None where it has none.

    Each addon that extends the model may add triggers; see
    :meth:`ExportOn.extended_by`.
    """
    found: ExportOn | None = None
    for cls in reversed(model_class.mro()):
        one = vars(cls).get(ATTRIBUTE)
        if one is not None:
            found = one if found is None else found.extended_by(one)
    return found


def _later(first: bool | None, second: bool | None) -> bool | None:
    return first if second is None else second


def _both(
    first: Collection[str] | bool, second: Collection[str] | bool
) -> Collection[str] | bool:
    if first is True or second is True:
        return True
    return tuple(dict.fromkeys([*(first or ()), *(second or ())]))


def _first(domains: list[Sequence[Any]]) -> Sequence[Any] | None:
    return domains[0] if domains else None
