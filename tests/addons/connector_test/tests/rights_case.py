# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the rights tests: users and records for calls over the network."""

from itertools import count

from odoo.tests import HttpCase, JsonRpcException, new_test_user

from odoo.addons.connector.queue.testing import run_jobs
from odoo.addons.connector.session import ConnectorSession

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, insert_row
from .rights_matrix import ARGUMENTS, GROUPS, METHODS

REFUSED = "odoo.exceptions.AccessError"
BACKEND = "connector.test.backend"


class RightsCase(HttpCase):
    """A test with a user of each group, who calls the server as a client does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            group: new_test_user(cls.env, f"rights_{group}", names)
            for group, names in GROUPS.items()
        }
        cls.backend = cls.env[BACKEND].create({"name": "Shop", "api_key": "swordfish"})
        cls.numbers = count()

    def call(self, model, method, *args, **kwargs):
        """Call a method as the web client does; return the answer."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}", params
        )

    def is_refused(self, model, method, *args, **kwargs) -> bool:
        """Tell whether the user who is logged in may not do that.

        Whatever comes after the rights, such as a missing value, is no refusal.
        """
        try:
            self.call(model, method, *args, **kwargs)
        except JsonRpcException as error:
            return str(error) == REFUSED
        return False

    def is_method_refused(self, record, method: str) -> bool:
        """Tell whether the user who is logged in may not call a method of a record."""
        ids = () if is_of_model(record, method) else (record.ids,)
        arguments = ARGUMENTS.get(method, ())
        return self.is_refused(record._name, method, *ids, *arguments)

    def is_method_answered(self, record, method: str) -> bool:
        """Tell whether a method of no records is answered, and not by an error."""
        ids = () if is_of_model(record, method) else ([],)
        try:
            self.call(record._name, method, *ids, *ARGUMENTS.get(method, ()))
        except JsonRpcException:
            return False
        return True

    def find_guarded(self, record) -> list[str]:
        """Return the public methods that need a right on the record."""
        return [
            method
            for method in METHODS.get(record._name, {})
            if not is_of_model(record, method)
        ]

    def log_in(self, group: str) -> None:
        """Go on as the user of a group."""
        user = self.users[group]
        self.authenticate(user.login, user.login)

    # === RECORDS === #

    def make(self, model: str, user):
        """Return a record of a model that belongs to a user."""
        own = "make_" + model.replace(".", "_")
        with self.env.cr.savepoint():  # a record that fails spoils no other
            return getattr(self, own, self.make_plain)(model, user)

    def make_plain(self, model, user):
        """Return a record without an owner."""
        plain = self.env[model]
        return plain.create(self.PLAIN[model](self, next(self.numbers)))

    # What a record needs that belongs to nobody; by model.
    PLAIN = {
        "connector.checkpoint.reason": lambda _case, n: {"name": "X", "code": f"x{n}"},
        "connector.checkpoint.repeat": lambda case, _n: {
            "checkpoint_id": case.add_checkpoint().id
        },
        "connector.queue.channel": lambda case, n: {
            "name": f"rights_{n}",
            "parent_id": case.env.ref("connector.channel_root").id,
        },
        "connector.queue.function": lambda case, n: {
            "name": f"rights.{n}",
            "channel_id": case.env.ref("connector.channel_root").id,
        },
        "connector.stream": lambda case, n: {
            "name": f"rights_{n}",
            "backend_id": case.backend,
            "model": "connector.test.contact",
        },
        "connector.stream.run": lambda case, _n: {
            "stream_id": case.make("connector.stream", None).id,
            "kind": "changes",
        },
        "connector.value.map": lambda case, n: {
            "backend_id": case.backend,
            "map_name": "status",
            "external_value": f"rights_{n}",
            "text_value": "draft",
        },
        "connector.field.owner": lambda case, n: {
            "backend_id": case.backend.copy({"name": f"rights_{n}"}),
            "model": "connector.test.offer",
            "field": "price",
        },
        "connector.value.map.waiting": lambda case, n: {
            "value_map_id": case.make("connector.value.map", None).id,
            "model": "connector.test.order",
            "external_id": f"rights_{n}",
        },
        "connector.rejected": lambda case, n: {
            "backend_id": case.backend,
            "model": "connector.test.contact",
            "external_id": f"rights_{n}",
            "kind": "rejected",
        },
        "connector.match": lambda case, n: {
            "backend_id": case.backend,
            "model": "connector.test.contact",
            "external_id": f"rights_{n}",
            "outcome": "ambiguous",
        },
        "connector.request": lambda case, n: {
            "backend_id": case.backend,
            "model": "connector.test.contact",
            "binding_id": 1_000_000 + n,
            "state": "unknown",
        },
        "connector.webhook": lambda case, n: {
            "name": f"rights_{n}",
            "backend_id": case.backend.copy({"name": f"rights_{n}"}),
        },
        "connector.webhook.event": lambda case, n: {
            "backend_id": case.backend,
            "model": "connector.test.contact",
            "external_id": f"rights_{n}",
            "state": "failed",
        },
        "connector.tombstone": lambda case, n: {
            "backend_id": case.backend,
            "model": "connector.test.contact",
            "external_id": f"rights_{n}",
            "deleted_at": "2026-01-01 12:00:00",
        },
        "connector.relation": lambda _case, n: {"name": f"rights_{n}"},
        "connector.link": lambda case, _n: {
            "relation_id": case.make("connector.relation", None).id
        },
        "connector.link.side": lambda case, n: {
            "link_id": case.make("connector.link", None).id,
            "relation_id": 1_000_000 + n,
            "system": "shop",
            "model": "",
            "ref": f"{n}",
            "ref_type": "str",
            "is_sole": True,
        },
    }

    def add_checkpoint(self, **values):
        """Return a new checkpoint."""
        checkpoint = self.backend.add_checkpoint(message=f"No. {next(self.numbers)}")
        checkpoint.write(values)
        return checkpoint

    def make_connector_checkpoint(self, _model, user):
        """Return a checkpoint that is assigned to a user."""
        return self.add_checkpoint(user_id=user.id)

    def make_connector_conflict(self, model, user):
        """Return a line of a checkpoint that is assigned to a user."""
        checkpoint = self.make("connector.checkpoint", user)
        ids = {"checkpoint_id": checkpoint.id, "field": "name"}
        return self.env[model].create(ids)

    def make_job(self):
        """Return a job of nobody who tries."""
        return self.make(JOB, self.env.user)

    def make_connector_queue_job(self, _model, user):
        """Return a job of a user."""
        session = ConnectorSession(self.env.cr, user.id)
        return self.env[JOB].search([("uuid", "=", leave_trace.delay(session, TRACE))])

    def make_connector_queue_attempt(self, _model, user):
        """Return an attempt of a job of a user."""
        job = self.make(JOB, user)
        run_jobs(self.env)
        return job.attempt_ids

    def make_connector_queue_activity(self, model, user):
        """Return what the overview tells of a job of a user."""
        attempt = self.make("connector.queue.attempt", user)
        return self.env[model].search([("job_id", "=", attempt.job_id.id)])

    def make_connector_queue_edge(self, model, user):
        """Return that a job of a user waits for another one."""
        parent, child = self.make(JOB, user), self.make(JOB, user)
        ends = {"parent_id": parent.id, "child_id": child.id}
        state = {"condition": "done", "state": "open", "has_news": False}
        return insert_row(self.env, model, **ends, **state)

    def make_connector_queue_worker(self, model, _user):
        """Return a worker."""
        return insert_row(self.env, model, uuid=f"worker {next(self.numbers)}")

    def make_connector_queue_progress(self, model, _user):
        """Return how far a job is."""
        return insert_row(self.env, model, job_id=self.make_job().id)

    def make_connector_queue_cancel(self, model, _user):
        """Return the wish that a job stops."""
        return insert_row(self.env, model, job_id=self.make_job().id, attempt=1)

    def make_connector_traffic(self, model, _user):
        """Return the traffic of a backend of its own."""
        backend = self.backend.copy({"name": f"rights_{next(self.numbers)}"})
        company = {"company_id": backend.company_id.id or None}
        values = {"backend_id": backend.reference(), "state": "closed", **company}
        return insert_row(self.env, model, **values)

    def make_connector_log(self, model, user):
        """Return what was logged for a user."""
        return self.env[model].create(
            {
                "user_id": user.id,
                "date": "2026-01-31 12:00:00",
                "kind": "message",
                "level": "info",
                "message": "Hi",
            }
        )

    def make_connector_link_add(self, model, user):
        """Return a dialog for a link that a user has opened."""
        dialogs = self.env[model].with_user(user).sudo()
        return dialogs.create({"relation": f"rights_{next(self.numbers)}"})

    def make_connector_link_add_line(self, model, user):
        """Return a line of such a dialog."""
        dialog = self.make("connector.link.add", user)
        lines = self.env[model].with_user(user).sudo()
        return lines.create({"wizard_id": dialog.id, "ref": "1"})

    def make_connector_import_preview(self, model, user):
        """Return a dialog in which a user previews an import."""
        return (
            self.env[model]
            .with_user(user)
            .sudo()
            .create(
                {
                    "backend_id": self.backend.reference(),
                    "model": "connector.test.contact",
                    "external_id": f"{next(self.numbers)}",
                }
            )
        )

    def make_connector_import_preview_line(self, model, user):
        """Return a field in such a dialog."""
        dialog = self.make("connector.import.preview", user)
        lines = self.env[model].with_user(user).sudo()
        return lines.create({"wizard_id": dialog.id, "label": "Name"})

    def make_connector_export_to_target(self, model, user):
        """Return a backend in a dialog that exports."""
        dialog = self.make("connector.export.to", user)
        targets = self.env[model].with_user(user).sudo()
        return targets.create(
            {
                "wizard_id": dialog.id,
                "backend_id": self.backend.reference(),
                "model": "connector.test.contact",
            }
        )

    def make_connector_linked(self, _model, user):
        """Return a record that has links."""
        return user.partner_id

    def make_dialog(self, model, user):
        """Return a dialog that a user has opened."""
        return self.env[model].with_user(user).sudo().create({})

    make_connector_checkpoint_review = make_dialog
    make_connector_export_to = make_dialog
    make_connector_monitoring = make_dialog
    make_connector_stream_backfill = make_dialog
    make_connector_queue_requeue = make_dialog
    make_connector_queue_reschedule = make_dialog

    def make_connector_overview(self, model, _user):
        """Return what has no records."""
        return self.env[model]

    def make_connector_backend(self, _model, _user):
        """Return a backend."""
        return self.backend

    def make_connector_binding(self, _model, _user):
        """Return a binding."""
        number = next(self.numbers)
        values = {"name": f"Bound {number}", "external_id": f"{number}"}
        contacts = self.env["connector.test.contact"]
        return contacts.create({**values, "backend_id": self.backend.id})


def is_of_model(record, method: str) -> bool:
    """Tell whether a method is called without records."""
    return getattr(getattr(type(record), method), "_api_model", False)
