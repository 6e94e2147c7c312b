# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the order in which the classes of a model extend each other."""

from collections import defaultdict

from odoo.orm.model_classes import is_model_definition

from .common import ConnectorCase

OURS = "odoo.addons.connector.models."

# The methods that several classes of this addon define for one model, and the files of
# these classes, the first that is called first. The lists in ``models/__init__.py`` and
# below make this order. A new method is added here with the order that it needs.
CHAINS = {
    # links of a record are removed after its deletion was announced
    # links of a record are removed after its deletion was announced; its tombstones
    # are written when all of that is done
    ("base", "unlink"): ["tombstone.base", "linked_base", "base"],
    # traffic, webhooks, requests, matches, tombstones, owners, then streams of one
    # that is gone
    ("connector.backend", "unlink"): [
        "traffic.backend",
        "webhook.backend",
        "request.backend",
        "match.backend",
        "tombstone.backend",
        "conflict.backend",
        "backend.flows",
    ],
    # what is declared is created: streams, then owners of fields
    ("connector.stream", "_declare_all"): ["conflict.field_owner", "stream.stream"],
    # conflicts are decided first; the review counts repeats, the merge drops the key
    # of a changed identity, and the result is checked
    ("connector.checkpoint", "write"): [
        "conflict.checkpoint",
        "checkpoint.review",
        "checkpoint.merge",
        "checkpoint.checkpoint",
    ],
    # an import that failed is noted before an export is, and before webhook events are
    ("connector.backend", "_on_job_failed"): [
        "webhook.work",
        "backend.exports",
        "backend.flows",
    ],
    # who runs the jobs is checked before anything is written
    ("connector.backend", "write"): [
        "webhook.backend",
        "backend.job_user",
        "backend.archive",
        "backend.backend",
    ],
    # the same before a webhook is made
    ("connector.backend", "create"): [
        "webhook.backend",
        "backend.job_user",
        "backend.flows",
    ],
    # a new secret is made, then the server is told
    ("connector.webhook", "_rotate"): ["webhook.subscription", "webhook.webhook"],
    # the kind of login comes first, then its token
    ("connector.backend.http", "_http_login"): ["backend.oauth", "backend.http"],
    # the address is guarded after the token of another account is dropped; what waited
    # for the end of a dry run is exported when all of that is written
    ("connector.backend.http", "write"): [
        "backend.dry_run",
        "backend.oauth",
        "backend.http",
    ],
    # a client is there before its requests are logged
    # and have to pass a gate
    ("connector.backend.http", "_http_client"): [
        "traffic.http_backend",
        "backend.request_log",
        "backend.http",
    ],
    # a backend with a wrong stream says so, then a wrong value map, a wrong webhook
    ("connector.backend", "_post_model_setup__"): [
        "webhook.backend",
        "value_map.backend",
        "backend.flows",
    ],
    # each completes the values: the state of an alias, then what a line is of
    ("connector.binding", "create"): ["binding_state", "binding_lines"],
    # lines are checked, then what is declared about new and deleted records,
    # about exports, and about owners
    ("connector.binding", "_post_model_setup__"): [
        "binding_conflict",
        "binding_trigger",
        "binding_flows",
        "binding_lines",
    ],
    # the table is ready before its records are
    ("connector.binding", "init"): ["defaults.binding", "binding"],
    # what declared deletions and tokens need comes around what each run does
    **{
        ("connector.stream.run", method): ["stream.deletions", "stream.run"]
        for method in (
            *("_open_page", "_begin", "_note_page", "_move_cursor"),
            *("_find_deleted", "_end", "_give_up"),
        )
    },
    # a stream that exports has no pages
    ("connector.stream.run", "_delay_page"): ["stream.export", "stream.run"],
    # a page that failed holds its stream, then deletions that failed are noted
    ("connector.stream.run", "_on_job_failed"): ["stream.missing", "stream.run"],
    # the cron is triggered, then the shared delayable is installed
    ("connector.queue.job", "_register_hook"): [
        "queue_job.other_queue",
        "queue_job.queue_job",
    ],
}


class TestModelOrder(ConnectorCase):
    maxDiff = None

    def test_classes_of_a_model_are_called_in_the_declared_order(self):
        """An import in the order of the alphabet changed it, and nothing said so."""
        found = {
            (name, method): files
            for name, model_class in self.registry.items()
            for method, files in find_definers(model_class).items()
            if len(files) > 1
        }

        self.assertEqual(found, CHAINS)


def find_definers(model_class: type) -> dict[str, list[str]]:
    """Return the files of this addon that define each method of a model, in order."""
    found = defaultdict(list)
    for cls in filter(is_model_definition, model_class._base_classes__):
        if cls.__module__.startswith(OURS):
            for name, value in vars(cls).items():
                if callable(value):
                    found[name].append(cls.__module__.removeprefix(OURS))
    return found
