# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of a backend: their jobs."""

from collections.abc import Callable, Collection, Iterable

from odoo import api, models

from ...components.synchronizer import Exporter
from ...flows.exporting.export_deleter import ExportDeleter
from ...queue.delay.call import Task
from ...queue.job import job
from ...queue.state import DONE, FAILED, NOT_STARTED

EXPORTED = ("created", "matched", "updated", "unchanged")

ANYBODY = "base.user_root"
"""Who exports what a visitor of a website has caused, where the backend has no user:
mapped is what the connector declares, whoever caused it."""


class ConnectorBackend(models.AbstractModel):
    """The jobs that export records."""

    _inherit = "connector.backend"

    # === JOBS === #

    @api.private
    @job(public_user=ANYBODY)
    def export_record(
        self, model_name: str, binding_id: int, fields: Collection[str] | None = None
    ) -> str:
        """Export one record.

        Args:
            model_name: binding model.
            binding_id: id of the binding.
            fields: names of the fields that changed, None for all.
        """
        backend = self._in_flow()
        if not backend.active and "export_due" in self.env[model_name]._fields:
            return backend._keep_due(model_name, [binding_id])
        scope = backend.get_environment(model_name)
        outcome = str(scope.get_connector_unit(Exporter).run(binding_id, fields))
        if outcome in EXPORTED:
            self._settle_failed_exports(model_name, [binding_id])
        return outcome

    @api.private
    @job(public_user=ANYBODY)
    def export_delete_record(
        self, model_name: str, external_id: str, version: str | None = None
    ) -> str:
        """Delete one record on the backend; one that is gone there is deleted.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
            version: of the record, as it was known here.
        """
        backend = self._in_flow()
        if not backend.active:
            return backend._keep_deletion(model_name, external_id, version)
        scope = backend.get_environment(model_name)
        return str(scope.get_connector_unit(ExportDeleter).run(external_id, version))

    @api.private
    def delay_export_record(
        self,
        model_name: str,
        binding_id: int,
        fields: Collection[str] | None = None,
        **options,
    ) -> str:
        """Delay the export of one record, once until it has started.

        Args:
            model_name: binding model.
            binding_id: id of the binding.
            fields: names of the fields that changed, for overrides. The job compares
                all of them: it stands for what else changes until it starts.
            options: of the job, such as ``priority``.

        Returns:
            The uuid of the job.
        """
        return self.delay_export_records(model_name, [binding_id], fields, **options)[0]

    @api.private
    def delay_export_records(
        self,
        model_name: str,
        binding_ids: Iterable[int],
        fields: Collection[str] | None = None,
        **options,
    ) -> list[str]:
        """Delay the exports of records together, each once until it has started.

        Returns:
            The uuids of the jobs; see :meth:`delay_export_record` for the arguments.
        """
        self.ensure_one()
        calls = [(model_name, one) for one in binding_ids]
        # its id and no name: not all who may read the job may read the record
        label = self.env._("Export %(what)s %(id)s")
        options = {
            "identity_key": _export_key,
            "description": self._describer(model_name, label),
            **options,
        }
        return self.delayed_many(calls, **options).export_record()

    @api.private
    def delay_export_delete(
        self, model_name: str, external_id, version: str | None = None, **options
    ) -> str:
        """Delay the deletion of one record on the backend.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
            version: of the record, as it is known here.
            options: of the job, such as ``priority``.

        Returns:
            The uuid of the job.
        """
        gone = [(external_id, version)]
        return self.delay_export_deletes(model_name, gone, **options)[0]

    @api.private
    def delay_export_deletes(
        self, model_name: str, gone: Iterable[tuple], **options
    ) -> list[str]:
        """Delay the deletions of records on the backend together.

        Args:
            model_name: binding model.
            gone: external id and version of each.
            options: of the jobs, such as ``priority``.

        Returns:
            The uuids of the jobs.
        """
        self.ensure_one()
        calls = [(model_name, str(one), version) for one, version in gone]
        label = self.env._("Delete %(what)s %(id)s there")
        options = {
            "identity_key": _delete_key,
            "description": self._describer(model_name, label),
            **options,
        }
        return self.delayed_many(calls, **options).export_delete_record()

    # === HELPERS === #

    def _settle_failed_exports(
        self, model_name: str, binding_ids: Iterable[int]
    ) -> None:
        """End the failed export jobs of records that were exported since.

        Those of which another job waits are left to it.
        """
        keys = [self._export_key(model_name, one) for one in binding_ids]
        # with elevated rights: whoever exports the record, nobody has to act any more
        jobs_sudo = self.env["connector.queue.job"].sudo()
        found_sudo = jobs_sudo.search(
            [
                ("identity_key", "in", keys),
                ("state", "in", [FAILED, *NOT_STARTED]),
            ]
        )
        failed_sudo = found_sudo.filtered(lambda job: job.state == FAILED)
        waiting = set((found_sudo - failed_sudo).mapped("identity_key"))
        over_sudo = failed_sudo.filtered(lambda job: job.identity_key not in waiting)
        if over_sudo:
            text = self.env._("The record was exported since, by another job.")
            over_sudo._move_rows([FAILED], DONE, text)

    def _on_job_failed(self, method, args, kwargs, reason):
        """Note on the binding of a record that its export failed."""
        super()._on_job_failed(method, args, kwargs, reason)
        if method == "export_record":
            call = dict(zip(("model_name", "binding_id"), args, strict=False))
            self._note_failed_export(reason=reason, **{**kwargs, **call})

    def _note_failed_export(
        self, model_name: str, binding_id: int, reason: str, **_options
    ) -> None:
        binding = self.env[model_name].browse(binding_id).exists()
        if binding and "sync_state" in binding._fields:
            binding.note_rejected(reason)

    def _export_key(self, model_name: str, binding_id: int) -> str:
        """Return the identity key of the export of one record."""
        return f"export {self.reference()} {model_name} {binding_id}"

    def _describer(self, model_name: str, label: str) -> Callable[[Task], str]:
        """Return what describes the jobs of records: by what is at hand, no query."""
        what = self.env[model_name]._description if model_name in self.env else ""
        return lambda task: label % {"what": what or model_name, "id": task.args[1]}


def _export_key(call) -> str:
    """Return the identity key of the export of one record."""
    backend, model_name, binding_id = call.args
    return backend._export_key(model_name, binding_id)


def _delete_key(call) -> str:
    """Return the identity key of a deletion on the backend."""
    backend, model_name, external_id, _version = call.args
    return f"delete {backend.reference()} {model_name} {external_id}"
