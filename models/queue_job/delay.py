# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Insertion of delayed calls as jobs, in the caller's transaction."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace

from odoo import api, models

from ...exception import InvalidUsageError
from ...queue import store
from ...queue.delay import codec
from ...queue.delay.call import Task, new_uuid, new_uuids
from ...queue.delay.options import SCOPES, JobOptions
from ...queue.notify import wake_after_commit
from ...queue.state import NOT_STARTED, PENDING
from ...redaction import KnownSecrets
from ...secret import Secret, known_secrets
from .caller import find_company, find_context


class QueueJob(models.Model):
    """Creation of jobs from calls."""

    _inherit = "connector.queue.job"

    @api.model
    def _delay(self, tasks: list[Task], options: JobOptions, **place) -> list[str]:
        """Insert jobs of one function in one statement; return their uuids.

        For a call whose identity key an existing job has, in the scope of the options,
        the uuid is that of the existing job.

        Args:
            place: columns with the position of the jobs in a graph.
        """
        keys = self._identity_keys(tasks, options)
        uuids = new_uuids(len(tasks))
        known = self._find_in_scope(keys, options)
        places = _places_of(keys, known, options)
        new = [(tasks[place], uuids[place], keys[place]) for place in places]
        inserted = self._insert(*_columns(new), options, **place) if new else set()
        known |= {key: uuid for _task, uuid, key in new if uuid in inserted}
        left = [(task, uuid, key) for task, uuid, key in new if uuid not in inserted]
        if left:
            known |= self._meet(*_columns(left), options)
        return [
            uuid if key is None else known[key]
            for uuid, key in zip(uuids, keys, strict=True)
        ]

    def _identity_keys(self, tasks: list[Task], options: JobOptions) -> list:
        """Return the identity keys of calls; functions of the key get the caller."""
        if callable(options.identity_key):
            values = self._caller_values()
            who = {name: values[name] for name in ("user_id", "company_id")}
            tasks = [replace(task, **who) for task in tasks]
        return [options.identity_key_of(task) for task in tasks]

    def _find_in_scope(self, keys: list, options: JobOptions) -> dict[str, str]:
        """Return the uuids, by key, of the scope's jobs that no longer wait."""
        states = SCOPES[options.scope]
        names = list({key for key in keys if key is not None})
        if not states or not names:
            return {}
        found = store.find_in_states(self.env.cr, names, [*NOT_STARTED, *states])
        return {key: uuid for key, (uuid, state) in found.items() if state in states}

    def _meet(self, tasks, uuids, keys, options: JobOptions) -> dict[str, str]:
        """Keep or replace the waiting jobs with these keys; return uuids by key."""
        if not options.is_replacing:
            return store.find_identical(self.env.cr, keys)
        values = self._values(tasks, uuids, keys, options)
        replaced = store.replace_identical(self.env.cr, values)
        self.invalidate_model()
        return replaced

    @api.model
    def _delay_consumer(self, consumer: Callable, model_name: str, args, kwargs) -> str:
        """Delay the consumer of an event; return the job's uuid."""
        args = tuple(self._without_secret_fields(model_name, arg) for arg in args)
        task = Task(consumer, model_name, args, kwargs)
        return self._delay([task], JobOptions())[0]

    @api.model
    def _delay_merged(
        self, consumer: Callable, model_name: str, record_id: int, vals: dict
    ) -> None:
        """Delay the consumer of a write, or merge its values into the waiting job.

        Only a job of the same user, company and context matches: it runs with their
        rights. If a worker takes it meanwhile, PostgreSQL refuses the merge and the
        caller's transaction runs again.
        """
        vals = self._without_secret_fields(model_name, vals)
        task = Task(consumer, model_name, (record_id, vals))
        parts = task.func_name, model_name, record_id, *self._caller_values().values()
        key = hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
        if self._insert([task], [new_uuid()], [f"event:{key}"], JobOptions()):
            return
        job_id, payload = store.lock_identical(self.env.cr, f"event:{key}")
        (_record_id, known), _kwargs = codec.decode(payload, self.env)
        merged = Task(consumer, model_name, (record_id, {**known, **vals}))
        secrets = known_secrets(self.env.cr)
        store.replace_payload(self.env.cr, job_id, _payload(merged, secrets))

    def _without_secret_fields(self, model_name: str, vals):
        """Return the values of an event without those of secret fields."""
        if not isinstance(vals, dict) or not known_secrets(self.env.cr):
            return vals
        known = self.env[model_name]._fields if model_name in self.env else {}
        return {
            name: value
            for name, value in vals.items()
            if not isinstance(known.get(name), Secret)
        }

    def _insert(
        self,
        tasks: list[Task],
        uuids: list[str],
        keys: list,
        options: JobOptions,
        **place,
    ) -> set[str]:
        """Insert jobs and wake workers after commit; return the uuids inserted."""
        values = self._values(tasks, uuids, keys, options)
        asked = time.monotonic()
        inserted = store.insert_jobs(self.env.cr, {**values, **place})
        wake_after_commit(self.env.cr, asked + inserted.burst_left_s)
        return set(inserted.uuids)

    def _values(
        self, tasks: list[Task], uuids: list[str], keys: list, options: JobOptions
    ) -> dict:
        """Return all columns of jobs of one function."""
        secrets = known_secrets(self.env.cr)
        values = {
            "uuids": uuids,
            "payloads": [_payload(task, secrets) for task in tasks],
            "identity_keys": keys,
            **_concurrency_values(tasks, options, keys),
            **self._backend_values(tasks, bool(options.channel)),
            **self._call_values(tasks[0], options),
            **self._caller_values(),
        }
        return _without_secrets(values, secrets) if secrets else values

    def _call_values(self, task: Task, options: JobOptions) -> dict:
        """Return the columns of function, channel, time and options."""
        # the database's clock is the same for all callers and workers
        run_after = options.run_after(lambda: store.read_clock(self.env.cr))
        function_id, channel_id = self.env["connector.queue.function"]._place_of(
            task.func_name, task.func.default_channel
        )
        if options.channel:
            channel_id = self.env["connector.queue.channel"]._id_of(options.channel)
        return {
            "name": options.description or task.description,
            "func_name": task.func_name,
            "method_name": None if task.records is None else task.func.__name__,
            "model_name": task.model_name,
            "payload_version": codec.VERSION,
            "job_function_id": function_id,
            "channel_id": channel_id,
            "state": PENDING,
            "has_edges": False,
            "priority": options.priority,
            "eta": run_after,
            "max_retries": options.max_retries,
            "timeout": options.timeout_of(task.func) or None,
            "tags": json.dumps(list(options.tags)) if options.tags else None,
        }

    def _caller_values(self) -> dict:
        """Return the columns of user, company and context."""
        self.env.user.fetch(["company_id"])  # else all the user's fields are read
        context = find_context(self.env)
        company_id = find_company(self.env, context.get("allowed_company_ids", []))
        return {
            "user_id": self.env.uid,
            "company_id": company_id,
            "context": json.dumps(context),
        }


def _places_of(keys: list, known: dict[str, str], options: JobOptions) -> list[int]:
    """Return the positions of the calls to insert: one for each unknown key.

    Of several calls with the same key it is the first, or the last when they replace
    each other.
    """
    places = range(len(keys))
    by_key = {}
    for place in places if options.is_replacing else reversed(places):
        by_key[keys[place]] = place
    return [
        place
        for place, key in enumerate(keys)
        if key is None or (by_key[key] == place and key not in known)
    ]


def _columns(rows: list[tuple]) -> list[list]:
    return [list(column) for column in zip(*rows, strict=True)]


def _payload(task: Task, secrets: KnownSecrets) -> str:
    args = task.args if task.records is None else (task.records, *task.args)
    return codec.encode(args, task.kwargs, secrets)


def _without_secrets(values: dict, secrets: KnownSecrets) -> dict:
    """Return the columns of jobs with secrets hidden in the name.

    Raises:
        InvalidUsageError: a key or a tag holds a secret.
    """
    for option, texts in {
        "identity_key": values["identity_keys"],
        "concurrency_key": values["concurrency_keys"],
        "tags": [values["tags"]],
    }.items():
        if any(text and secrets.is_in(text) for text in texts):
            raise InvalidUsageError(
                f"Cannot delay: option {option!r} holds a secret that was read in this "
                "transaction. Make it of what is none, such as the id of the backend."
            )
    return {**values, "name": secrets.hide(values["name"])}


def _concurrency_values(tasks: list[Task], options: JobOptions, keys: list) -> dict:
    """Return the columns ``concurrency_keys`` and ``has_news`` of calls.

    One job with news for each key is enough, unless its identity key may drop it.
    """
    if options.concurrency_key is None:
        return {
            "concurrency_keys": [None] * len(tasks),
            "has_news": [None] * len(tasks),
        }
    concurrency_keys = [options.concurrency_key_of(task) for task in tasks]
    first = {key: place for place, key in reversed(list(enumerate(concurrency_keys)))}
    return {
        "concurrency_keys": concurrency_keys,
        "has_news": [
            key is not None and (identity_key is not None or first[key] == place)
            for place, (key, identity_key) in enumerate(
                zip(concurrency_keys, keys, strict=True)
            )
        ],
    }
