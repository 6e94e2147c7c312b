# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adding of checkpoints by connectors: the open one about the same, or a new one."""

import psycopg2

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ...exception import InvalidUsageError
from ...redaction import MESSAGE_SIZE
from ...secret import known_secrets
from ...session import ConnectorSession
from ..access_guard import framework_context, own_code
from .details import CheckpointDetails
from .merge import merge_key_of

# Fields that a repeat overwrites.
NEWEST = ("message", "job_id", "odoo_version", "external_version")


class ConnectorCheckpoint(models.Model):
    """Creation of checkpoints by connectors."""

    _inherit = "connector.checkpoint"

    # === HELPERS === #

    @api.private
    def create_from_name(
        self,
        model_name: str,
        record_id: int,
        backend_model_name: str,
        backend_id: int,
        message: str = "",
        **details,
    ) -> "ConnectorCheckpoint":
        """Return the open checkpoint of a record, new or repeated.

        Args:
            model_name: model of the record to review.
            record_id: id of the record to review.
            backend_model_name: model of the backend it came from.
            backend_id: id of the backend it came from.
            message: what to review; it becomes the name of the checkpoint.
            details: see ``CheckpointDetails``.

        Raises:
            InvalidUsageError: there is no such model, reason or severity.
            ConcurrencyError: another transaction just added the same; the whole
                transaction has to run again. Jobs and requests do that by themselves.
        """
        model_sudo = self.env["ir.model"]._get(model_name)
        if not model_sudo or model_name not in self.env:
            raise InvalidUsageError(
                f"Cannot add a checkpoint for {model_name!r} {record_id!r}: there is "
                "no such model in this database. Correct the name of the model, or "
                "install the addon that defines it."
            )
        subject = {
            "model_id": model_sudo.id,
            "model": model_name,
            "record_id": record_id,
            "message": message,
        }
        backend = self._source(backend_model_name, backend_id)
        return self._add(backend, subject, CheckpointDetails(**details))

    @api.private
    def create_from_message(
        self, backend_model_name: str, backend_id: int, message: str, **details
    ) -> "ConnectorCheckpoint":
        """Return the open checkpoint that is about no record.

        Args:
            backend_model_name: model of the backend it is about.
            backend_id: id of the backend it is about.
            message: what to review.
            details: see ``CheckpointDetails``.
        """
        backend = self._source(backend_model_name, backend_id)
        return self._add(backend, {"message": message}, CheckpointDetails(**details))

    def _source(self, model_name: str, backend_id: int) -> models.BaseModel:
        """Return a backend with elevated rights.

        That is safe: a synchronization of any user may find something to review, and
        RPC does not reach these methods.
        """
        if model_name in dict(self._select_backends()):
            return self.env[model_name].sudo().browse(backend_id)
        raise ValueError(
            f"Cannot add a checkpoint of {model_name},{backend_id}: it is no backend. "
            "Give a record whose model inherits connector.backend."
        )

    def _add(
        self, backend: models.BaseModel, subject: dict, details: CheckpointDetails
    ) -> "ConnectorCheckpoint":
        """Add a checkpoint, or count the repeat of an open one."""
        checkpoints_sudo = self.sudo()  # as in _source
        secrets = known_secrets(self.env.cr)
        subject["message"] = secrets.stored(str(subject["message"] or ""), MESSAGE_SIZE)
        vals = {
            **subject,
            **details.values(backend.env, backend),
            **self._backend_facts(backend),
            "backend_id": backend,
        }
        vals["merge_key"] = merge_key_of(vals)
        found = checkpoints_sudo._find_open(vals["merge_key"])
        if found:
            found._repeat({name: vals[name] for name in NEWEST if vals.get(name)})
        else:
            found = checkpoints_sudo._insert(vals)
        return found.with_env(self.env)

    def _insert(self, vals: dict) -> "ConnectorCheckpoint":
        quiet = framework_context(self).with_context(tracking_disable=True)
        try:
            with own_code():
                added = quiet.create(vals)
        except psycopg2.errors.UniqueViolation as error:
            if error.diag.constraint_name != "connector_checkpoint_merge_uniq":
                raise
            raise ConcurrencyError(
                f"Cannot add a checkpoint of {vals['backend_name']!r}: another "
                "transaction just added the same. Run the transaction again; it will "
                "count as a repeat."
            ) from error
        self._added_here().update(added.ids)
        return added


def add_checkpoint(
    session: ConnectorSession,
    model_name: str,
    record_id: int,
    backend_model_name: str,
    backend_id: int,
    message: str = "",
    **details,
) -> ConnectorCheckpoint:
    """Return the open checkpoint of a record; ``backend.add_checkpoint`` is shorter.

    Args:
        session: of the synchronization. The others are those of
            :meth:`ConnectorCheckpoint.create_from_name`.
    """
    return session.env["connector.checkpoint"].create_from_name(
        model_name, record_id, backend_model_name, backend_id, message, **details
    )


def add_checkpoint_message(
    session: ConnectorSession,
    backend_model_name: str,
    backend_id: int,
    message: str,
    **details,
) -> ConnectorCheckpoint:
    """Return the open checkpoint without a record, with a message only.

    Args:
        session: of the synchronization.
        backend_model_name: model of the backend it is about.
        backend_id: id of the backend it is about.
        message: what to review.
        details: see ``CheckpointDetails``.
    """
    return session.env["connector.checkpoint"].create_from_message(
        backend_model_name, backend_id, message, **details
    )
