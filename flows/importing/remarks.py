# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Remarks of an import: checkpoints for what is not here as a whole, or not yet."""

from ...components.core import ConnectorUnit
from .result import ImportResult

MINOR = "minor"  # severity: nobody has to act at once


def add_remarks(unit: ConnectorUnit, result: ImportResult) -> None:
    """Add a checkpoint for each record that lacks a part, or was not delivered."""
    env, backend, model = unit.env, unit.backend_record, unit.model._description
    for external_id, parts in result.dropped.items():
        message = env._(
            "%(model)s %(external_id)s was imported without a part: %(reason)s",
            model=model,
            external_id=external_id,
            reason=" ".join(parts),
        )
        backend.add_checkpoint(message=message, reason="invalid_data", severity=MINOR)
    for external_id, reason in result.not_delivered.items():
        message = env._(
            "%(model)s %(external_id)s is on the backend, which did not give it: "
            "%(reason)s",
            model=model,
            external_id=external_id,
            reason=reason,
        )
        backend.add_checkpoint(message=message, severity=MINOR)
