# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of records of any model, hidden from users who may not read them.

Odoo reads the name behind a many2one, and those of ``name_search``, in superuser
mode. So these functions check the rights of the user, whatever the mode is.
"""

from collections.abc import Iterable

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import Query


def has_records(env: api.Environment, model_name: str) -> bool:
    """Return whether a model exists and stores its records in a table."""
    return bool(model_name) and model_name in env and not env[model_name]._abstract


def reader_env(env: api.Environment) -> api.Environment:
    """Return the environment to read names in: the user's, with their own rights.

    Elevated code may have current companies that are not the user's; these are
    dropped. The superuser stays superuser.
    """
    if not env.su or not env.uid or env.uid == api.SUPERUSER_ID:
        return env
    current = env.context.get("allowed_company_ids") or []
    own = set(env.user._get_company_ids())
    if own.issuperset(current):
        return env(su=False)
    allowed = [id_ for id_ in current if id_ in own]
    return env(context={**env.context, "allowed_company_ids": allowed}, su=False)


def name_closed(records: models.BaseModel) -> dict[int, str]:
    """Return replacement names, by id, of the records that the user may not read."""
    readers = records.with_env(reader_env(records.env))
    closed = readers - readers._filtered_access("read")
    if not closed:
        return {}
    label = records.env["ir.model"]._get(records._name).sudo().name  # is no secret
    why = records.env._("no access")
    return {id_: f"{label} #{id_} ({why})" for id_ in closed.ids}


def hide_closed(records: models.BaseModel) -> None:
    """Replace the names of records that the user may not read.

    Needed in superuser mode only: without it, Odoo has refused before.
    """
    if records.env.su:
        for id_, name in name_closed(records).items():
            records.browse(id_).display_name = name


def find_records(
    env: api.Environment, model_name: str, ids: Iterable[int]
) -> models.BaseModel | tuple:
    """Return the records of a model that exist, in one query."""
    if not has_records(env, model_name):
        return ()
    return env[model_name].browse(filter(None, set(ids))).exists()


def name_records(
    env: api.Environment, model_name: str, label: str, ids: Iterable[int]
) -> dict[int, str]:
    """Return the name of each record for the user, by id.

    A record that is deleted or that the user may not read is named by its id, with
    the reason.

    Args:
        env: of the user whose rights are checked, also in superuser mode.
        model_name: model of the records, perhaps of an addon that was removed.
        label: name of the model for people.
        ids: the records, some perhaps deleted.
    """
    env = reader_env(env)
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
    """Return the query of the records with a matching name that the user may read.

    None when the model is missing, has no names, or the user may not read it.
    """
    env = reader_env(env)
    if not has_records(env, model_name):
        return None
    model = env[model_name].with_context(active_test=False)
    if not (model._rec_names_search or model._rec_name):
        return None
    if not model.has_access("read"):
        return None
    return model._search(Domain("display_name", operator, value))
