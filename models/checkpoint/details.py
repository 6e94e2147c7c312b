# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Optional details of a new checkpoint: reason, severity, reviewer, versions."""

import json
from dataclasses import dataclass
from typing import Any

from odoo import api, models

from ...exception import InvalidUsageError
from ...queue.current import current_job
from ...redaction import TEXT_SIZE, KnownSecrets
from ...secret import known_secrets
from .checkpoint import SEVERITIES


@dataclass(frozen=True)
class CheckpointDetails:
    """Optional details that a connector gives with a checkpoint.

    Args:
        reason: code of a ``connector.checkpoint.reason``.
        severity: ``critical``, ``major`` or ``minor``; else that of the reason.
        user_id: the reviewer; else that of the reason or the backend.
        job: uuid or record of the job it is about; else the running job.
        binding: the binding it is about, as a record.
        odoo_version: Odoo's version, in a conflict: text, or data that becomes JSON.
        external_version: the backend's version, likewise.
    """

    reason: str | None = None
    severity: str | None = None
    user_id: int | None = None
    job: Any = None
    binding: models.BaseModel | None = None
    odoo_version: Any = None
    external_version: Any = None

    def values(self, env: api.Environment, backend: models.BaseModel) -> dict:
        """Return the values of the checkpoint; the environment has elevated rights."""
        reason = env["connector.checkpoint.reason"]
        secrets = known_secrets(env.cr)
        if self.reason:
            reason = reason._of_code(self.reason)
        return {
            "reason_id": reason.id,
            "severity": self._checked_severity() or reason.severity or "minor",
            "user_id": self.user_id or _default_user(reason, backend).id,
            "job_id": self._find_job(env).id,
            "binding_id": self.binding or False,
            "odoo_version": _text(self.odoo_version, secrets),
            "external_version": _text(self.external_version, secrets),
        }

    def _checked_severity(self) -> str | None:
        known = [severity for severity, _label in SEVERITIES]
        if self.severity and self.severity not in known:
            raise InvalidUsageError(
                f"Cannot add a checkpoint of severity {self.severity!r}: expected one "
                f"of {', '.join(known)}."
            )
        return self.severity

    def _find_job(self, env: api.Environment) -> models.BaseModel:
        """Return the job it is about, an empty recordset when there is none."""
        jobs = env["connector.queue.job"]
        if isinstance(self.job, models.BaseModel):
            return self.job
        if self.job:
            return jobs._find_sudo(self.job)
        if running := current_job(env):
            return jobs.browse(running.id)
        return jobs


def _default_user(reason, backend) -> models.BaseModel:
    """Return the reviewer of the reason, else of the backend, if it has that field."""
    if reason.user_id or "checkpoint_user_id" not in backend._fields:
        return reason.user_id
    return backend.checkpoint_user_id


def _text(version: Any, secrets: KnownSecrets) -> str | bool:
    """Return a version as text that can be compared line by line."""
    if version is None or isinstance(version, str):
        return secrets.stored(version or "", TEXT_SIZE) or False
    text = json.dumps(
        version, indent=2, sort_keys=True, ensure_ascii=False, default=str
    )
    return secrets.stored(text, TEXT_SIZE)
