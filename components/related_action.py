# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Related action of a job: opens the record that it worked on."""

from typing import Any

from odoo.models import BaseModel

from ..session import ConnectorSession
from .binder import Binder
from .core import ConnectorEnvironment


def unwrap_binding(
    session: ConnectorSession,
    job: Any,
    id_pos: int = 2,
    binder_class: type[Binder] = Binder,
) -> dict[str, Any] | None:
    """Return an action that opens the record behind the binding of a job.

    For jobs whose arguments are ``(model_name, binding_id, …)``; the name may be among
    the ``args`` of a ``Job`` only.

    Args:
        session: session of the user that opens it.
        job: has ``model_name``, ``args`` and ``kwargs``.
        id_pos: position of the binding's id among the arguments of the job's
            function, counted from the session at 0.
        binder_class: the binder to unwrap with.

    Returns:
        An action for the form of the normal record, or of the binding where the
        binder cannot unwrap it; None when the binding was deleted.
    """
    model_name = job.model_name or job.args[0]
    binding = session.env[model_name].browse(job.args[id_pos - 1]).exists()
    if not binding:
        return None
    record = _normal_record(session, binding, binder_class) or binding
    return {
        "name": session.env._("Related Record"),
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "views": [(False, "form")],
        "res_id": record.id,
        "res_model": record._name,
    }


def _normal_record(
    session: ConnectorSession, binding: BaseModel, binder_class: type[Binder]
) -> BaseModel | None:
    scope = ConnectorEnvironment(binding.backend_id, session, binding._name)
    binder = scope.get_connector_unit(binder_class)
    try:
        return binder.unwrap_binding(binding.id, browse=True)
    except ValueError:  # a direct binding: it wraps nothing
        return None
