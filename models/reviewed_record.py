# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How are records of any model found and called, also when they are gone?"""

from collections.abc import Iterable

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import Query


def has_records(env: api.Environment, model_name: str) -> bool:
    """Tell whether a model is there and keeps its records in a table."""
    return bool(model_name) and model_name in env and not env[model_name]._abstract


def find_records(
    env: api.Environment, model_name: str, ids: Iterable[int]
) -> models.BaseModel | tuple:
    """Return those records of a model that exist, in one query."""
    if not has_records(env, model_name):
        return ()
    return env[model_name].browse(filter(None, set(ids))).exists()


def name_records(
    env: api.Environment, model_name: str, label: str, ids: Iterable[int]
) -> dict[int, str]:
    """Return what the user may call each record, by id.

    A record that is gone or closed to the user is called by its id, with the reason.

    Args:
        env: whose rights count.
        model_name: model of the records, perhaps of an addon that was removed.
        label: what people call the model.
        ids: the records, some perhaps deleted.
    """
    is_known = has_records(env, model_name)
    lost = env._("deleted") if is_known else env._("addon removed")
    names = {id_: f"{label} #{id_} ({lost})" for id_ in ids}
    if records := find_records(env, model_name, names):
        closed = env._("no access")
        names |= {id_: f"{label} #{id_} ({closed})" for id_ in records.ids}
        for record in records._filtered_access("read"):
            names[record.id] = record.display_name or f"{label} #{record.id}"
    return names


def search_names(
    env: api.Environment, model_name: str, operator: str, value
) -> Query | None:
    """Return the query of the records with such a name that the user may read.

    None when the model is gone, has no names, or is closed to the user.
    """
    if not has_records(env, model_name):
        return None
    model = env[model_name].with_context(active_test=False)
    if not (model._rec_names_search or model._rec_name):
        return None
    if not model.has_access("read"):
        return None
    return model._search(Domain("display_name", operator, value))
