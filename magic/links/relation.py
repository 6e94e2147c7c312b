# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Relations of links: lookup by name, and check of their kind."""

from odoo import api
from odoo.exceptions import ConcurrencyError

from ...exception import STILL_REFERENCED, LinkError
from . import store
from .ref import check_text, show

ONE2ONE = "one2one"
MANY2MANY = "many2many"
MAX_NAME_BYTES = 500  # beside a reference in one entry of an index


def check_name(name: str, what: str = "relation") -> str:
    """Return the name of a relation or system, checked.

    Raises:
        LinkError: it is none.
    """
    if not isinstance(name, str) or not name:
        raise LinkError(
            f"Cannot link: the {what} is {show(name)}, expected its name. Pass a text."
        )
    return check_text(name, MAX_NAME_BYTES)


def check_system(system: str, model: str) -> None:
    """Refuse a side without a system, and one of Odoo without a model.

    Raises:
        LinkError: it is such a side.
    """
    check_name(system, "system")
    if (system == store.ODOO) != bool(model):
        raise LinkError(
            f"Cannot link on system {system!r} with model {model!r}: sides of Odoo "
            'have a model, others have none. Pass the record, or "".'
        )


def prepare_relation(env: api.Environment, name: str, kind: str) -> int:
    """Return the id of the relation, created when missing.

    Raises:
        LinkError: its links are of another kind.
    """
    env["connector.relation"].flush_model()
    relation_id, known_kind = store.find_relation(
        env.cr, name, env.company.id
    ) or store.create_relation(env.cr, name, kind, env.uid)
    if known_kind == kind:
        return relation_id
    return _change_kind(env, relation_id, name, kind)


def _change_kind(env: api.Environment, relation_id: int, name: str, kind: str) -> int:
    """Change the kind of a relation before its first link; return its new id."""
    if store.has_links(env.cr, relation_id):
        other = MANY2MANY if kind == ONE2ONE else ONE2ONE
        raise LinkError(
            f"Cannot link in relation {name!r} as {kind}: it is {other} since its "
            f"first link. Say so with allow_many2many={other == MANY2MANY}, or use "
            "another relation."
        )
    try:
        with env.cr.savepoint(flush=False):
            return store.change_kind(env.cr, relation_id, kind)
    except STILL_REFERENCED as error:
        raise ConcurrencyError(
            f"Cannot make relation {name!r} {kind}: another transaction made its first "
            "link. Run the transaction again."
        ) from error
    finally:
        env["connector.relation"].invalidate_model(flush=False)
