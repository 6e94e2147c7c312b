# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Flows of a backend: in whose name they run, and their jobs."""

from collections.abc import Iterable, Sequence

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ...components.binder import Binder
from ...components.synchronizer import Importer
from ...exception import MissingDependencyError, UnmappedValueError, message_of
from ...flows.declare import Stream, check_streams
from ...flows.importing.batch_importer import BatchImporter
from ...flows.importing.item import ImportItem
from ...flows.importing.result import REJECTED, Dependency, ImportResult
from ...flows.values.value_map import MapNote, keep_notes
from ...queue.job import job


class ConnectorBackend(models.AbstractModel):
    """The jobs that import records, and the context in which they do."""

    _inherit = "connector.backend"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        help="Company in which the records of this backend are imported.",
    )
    default_lang_id = fields.Many2one(
        "res.lang",
        string="Language",
        help="Language of the texts of this backend. Without one, it is the "
        "language of the user.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        help="Time zone of dates that the backend sends without one. Without one, "
        "they are UTC.",
    )

    _streams: Sequence[Stream] = ()
    """Flows that run by themselves, see :class:`~..flows.declare.Stream`; those of all
    addons that extend the model count."""

    stream_ids = fields.One2many(
        "connector.stream", compute="_compute_stream_ids", string="Streams"
    )

    def _post_model_setup__(self):
        """Refuse streams that name what does not exist, when the addon is loaded."""
        super()._post_model_setup__()
        if not self._abstract:
            check_streams(type(self))

    # === COMPUTE === #

    def _compute_stream_ids(self):
        for backend in self:
            streams = self.env["connector.stream"].with_context(active_test=False)
            backend.stream_ids = streams.search(
                [("backend_id", "=", backend.reference())]
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create backends, with the streams that their connector declares."""
        backends = super().create(vals_list)
        self.env["connector.stream"]._declare_of(backends)
        return backends

    def unlink(self):
        """Delete backends, and their streams."""
        references = [backend.reference() for backend in self]
        result = super().unlink()
        streams_sudo = self.env["connector.stream"].sudo()  # of what is gone
        streams_sudo = streams_sudo.with_context(active_test=False)
        streams_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === JOBS === #

    @api.private
    @job
    def import_batch(self, model_name: str, force: bool = False) -> str:
        """Import all records of a model, page by page.

        Args:
            model_name: binding model.
            force: import also what did not change.

        Returns:
            What became of the records of the first page.
        """
        return self.import_page(model_name, None, force)

    @api.private
    @job
    def import_page(
        self, model_name: str, state: object = None, force: bool = False
    ) -> str:
        """Import one page of records, and delay the job of the next one.

        Args:
            model_name: binding model.
            state: where the page is, as the adapter returned it.
            force: import also what did not change.
        """
        scope = self._in_flow().get_environment(model_name)
        return str(scope.get_connector_unit(BatchImporter).run(state, force))

    @api.private
    @job
    def import_record(
        self, model_name: str, external_id: str, force: bool = False
    ) -> str:
        """Import one record.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
            force: import it also if it did not change.
        """
        return self._import_one(model_name, external_id, force)

    def _import_one(
        self,
        model_name: str,
        external_id: str,
        force: bool = False,
        remote_record: dict | None = None,
    ) -> str:
        """Import one record, and keep it if it waits for something.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
            force: import it also if it did not change.
            remote_record: the record, if it was sent here.
        """
        backend = self._in_flow()
        importer = backend.get_environment(model_name).get_connector_unit(Importer)
        # an importer of a connector may take nothing but the id
        sent = {} if remote_record is None else {"remote_record": remote_record}
        try:
            return str(importer.run(external_id, force=force, **sent))
        except UnmappedValueError as error:
            item = ImportItem(external_id, {})
            item.map_notes = [MapNote(error.map_name, error.value)]
            keep_notes(self.env, backend, model_name, [item])
            result = ImportResult(waiting={external_id})
            return backend._keep_waiting(model_name, external_id, error, result)
        except MissingDependencyError as error:
            target = error.model_name, error.external_id
            needed = Dependency(error.reason, error.is_skipped)
            result = ImportResult(waits_for={external_id: target})
            result.dependencies[target] = needed
            return backend._keep_waiting(model_name, external_id, error, result)

    @api.private
    def delay_import_record(
        self, model_name: str, external_id, force: bool = False, **options
    ) -> str:
        """Delay the import of one record, once until it has started.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
            force: import it also if it did not change.
            options: of the job, such as ``priority``.

        Returns:
            The uuid of the job.
        """
        external_ids = [external_id]
        return self.delay_import_records(model_name, external_ids, force, **options)[0]

    @api.private
    def delay_import_records(
        self, model_name: str, external_ids: Iterable, force: bool = False, **options
    ) -> list[str]:
        """Delay the imports of records together, each once until it has started.

        Returns:
            The uuids of the jobs; see :meth:`delay_import_record` for the arguments.
        """
        self.ensure_one()
        calls = [(model_name, str(one), force) for one in external_ids]
        options = {"identity_key": _import_key, **options}
        return self.delayed_many(calls, **options).import_record()

    @api.private
    def start_stream(self, name: str, full: bool = False):
        """Start an import of a stream now, and return its run.

        One that is running or held already is returned as it is. Whoever may write
        the backend may do so.

        Args:
            name: of the stream, as it is declared.
            full: import everything, and find what was deleted on the backend.
        """
        self.ensure_one()
        self.check_access("write")
        # with elevated rights: streams belong to the managers of the connector
        run_sudo = self.env["connector.stream"].sudo()._start_of(self, name, full)
        return run_sudo.with_env(self.env)

    # === HELPERS === #

    def _on_job_failed(self, method, args, kwargs, reason):
        """Note on the binding of a record that its import failed."""
        super()._on_job_failed(method, args, kwargs, reason)
        if method == "import_record":
            call = dict(zip(("model_name", "external_id"), args, strict=False))
            self._note_failed_import(reason=reason, **{**kwargs, **call})

    def _keep_waiting(
        self, model_name: str, external_id: str, error: Exception, result: ImportResult
    ) -> str:
        """Keep a record that waits for a value or for another record."""
        reason = message_of(error)
        result.note(REJECTED, external_id, reason)
        self.env["connector.rejected"]._keep(self, model_name, result)
        self._note_failed_import(model_name, external_id, reason)
        return f"{REJECTED}: {reason}"

    def _note_failed_import(
        self, model_name: str, external_id: str, reason: str, **_options
    ) -> None:
        scope = self._in_flow().get_environment(model_name)
        binding = scope.get_connector_unit(Binder).to_internal(external_id)
        if binding and "sync_state" in binding._fields:
            binding.note_rejected(reason)

    def _in_flow(self):
        """Return the backend as the user and in the company of its flows."""
        self.ensure_one()
        backend = self.with_user(self.flow_user_id) if self.flow_user_id else self
        if self.company_id:
            backend = backend.with_company(self.company_id)
        return backend


def _import_key(call) -> str:
    """Return the identity key of the import of one record."""
    backend, model_name, external_id, _force = call.args
    return f"import {backend.reference()} {model_name} {external_id}"
