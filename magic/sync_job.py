# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a sync: each runs a chunk, a retry only the rest of it."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from odoo import api
from odoo.models import BaseModel

from ..exception import InvalidDataError, InvalidUsageError, UnserializableArgumentError
from ..queue.current import CurrentJob, current_job
from ..queue.delay.options import JobOptions
from ..queue.job import job
from ..session import ConnectorSession
from .links.book import find_or_make_relation
from .links.side import Ref
from .sync.chunk import Chunk, Sync
from .sync.declared import PUSHES, DeclaredSync, declared_route
from .sync.description import COLLECT, ODOO2X, RAISE, Flags, Route
from .sync.external_effects import Outside
from .sync.pending_links import check_record
from .sync.result import SKIPPED, Detail, SyncResult, sync_error, text_of

DELAYED_MAX = 1_000_000  # items; a source that has more has probably no end
GONE = "it was deleted before its job ran"
CHECKPOINTS_MAX = 100  # for the failures of a chunk; one more counts the others

KEPT_BY_JOB = "The others are kept; Requeue tries only the failed ones again."
KEPT_BY_CALLER = (
    "Where this error ends the transaction, nothing of it is kept. To keep the others, "
    "catch it, pass on_error='collect', or delay the sync."
)
KEPT_OUTSIDE = (
    "What was created in the other system stays there and is linked; what was written "
    "in Odoo is taken back."
)

Way = tuple[str, str, tuple[bool, bool]]
"""Helper, relation and flags of a declared sync."""

Failures = list[tuple[Any, Detail]]
"""Failed items with their outcomes."""

PLACE = re.compile(r"argument 'items'\[(\d+)\]")  # of what a job cannot keep


@job
def sync_chunk(  # noqa: PLR0913 what a job needs to know
    session: ConnectorSession,
    model_name: str | None,
    helper: str,
    relation: str,
    flags: tuple[bool, bool],
    on_error: str,
    items: Iterable[Any],
    failed: Iterable[Any] = (),
    so_far: dict[str, Any] | None = None,
) -> SyncResult:
    """Synchronize some items.

    Args:
        model_name: of the items, where they are records.
        flags: create and update.
        items: a list, or records.
        failed: items of earlier attempts that are tried again when people say so.
        so_far: result of earlier attempts, as JSON.
    """
    env = session.env
    route = declared_route(env, helper, relation, Flags(*flags))
    result = SyncResult.from_json(so_far) if so_far else SyncResult(relation)
    chunk = _perform(env, route, result, _existing(items, result))
    left = list(failed)
    if on_error == COLLECT:
        keep_failures(env, (helper, relation, flags), chunk.failures, result)
    else:
        left += [item for item, _detail in chunk.failures]
    current = current_job(env)
    error: Exception
    if chunk.retry_error:
        error, rest = chunk.retry_error, {"items": chunk.left, "failed": left}
    elif left:
        kept = KEPT_BY_JOB if current else KEPT_BY_CALLER
        error, rest = sync_error(result, kept), {"items": left}
        result.forget_failures()
    else:
        return result
    if current:
        # what is finished stays; a connector's own transaction would lose it
        packed = {name: _packed(some) for name, some in rest.items()}
        way = helper, relation, flags, on_error
        current.commit_rest(env, *way, **packed, so_far=result.as_json())
    raise error from result.first_error


def _perform(
    env: api.Environment, route: Route, result: SyncResult, items: list[Any]
) -> Chunk:
    outside, current = Outside(env, route), current_job(env)
    done, total = result.done, result.done + len(items)

    def tell_progress(count: int) -> None:
        if current:
            current.progress(done + count, total, route.relation)

    sync = Sync(env, route, outside, result, True, tell_progress)
    chunk = Chunk(sync, items)
    with outside.kept():
        chunk.perform()
    return chunk


def _existing(items: Iterable[Any], result: SyncResult) -> list[Any]:
    """Return the items that still exist; records may be deleted meanwhile."""
    items = list(items)
    records = [item for item in items if isinstance(item, BaseModel)]
    if not records:
        return items
    existing = records[0].union(*records).exists()
    for record in records:
        if record not in existing:
            result.add(Detail(SKIPPED, record, reason=GONE))
    return [item for item in items if item in existing]


def _packed(items: list[Any]) -> Any:
    """Return items in their stored form: the records of a model as one recordset."""
    is_set = all(isinstance(item, BaseModel) for item in items)
    models = {item._name for item in items} if is_set else ()
    return items[0].concat(*items[1:]) if len(models) == 1 else items


# === FAILED ITEMS === #


def keep_failures(
    env: api.Environment,
    way: Way | None,
    failures: Failures,
    result: SyncResult,
) -> None:
    """Keep the failed items of a job that goes on, for people to try them again.

    Those of a declared sync get a job of their own: it calls nothing, fails at once
    with their reasons, and *Requeue* tries them. Other items, and those that no job can
    store, become checkpoints of the relation.

    Args:
        way: of a declared sync; None where the caller gave the callbacks.
        failures: items with their outcomes.
        result: where it is noted.
    """
    current = current_job(env)
    if not failures or not current:
        return  # the caller sees the result
    uuid = way and _delay_failures(env, way, failures, current)
    kept_in = f"job {uuid}" if uuid else _add_checkpoints(env, result, failures)
    result.kept_in.append(kept_in)


def _delay_failures(
    env: api.Environment, way: Way, failures: Failures, current: CurrentJob
) -> str | None:
    """Delay the job that fails with the failures; None where it cannot store them."""
    helper, relation, flags = way
    so_far = SyncResult(relation)
    for _item, detail in failures:
        so_far.add(detail)
    items = [item for item, _detail in failures]
    sources = sorted(text_of(detail.source) for _item, detail in failures)
    key = hashlib.sha256(repr((helper, *flags, sources)).encode()).hexdigest()
    row_sudo = env["connector.queue.job"].sudo().browse(current.id)  # that runs this
    try:
        return sync_chunk.delay(
            ConnectorSession.from_env(env),
            getattr(items[0], "_name", None),
            helper,
            relation,
            tuple(flags),
            RAISE,
            items=[],
            failed=_packed(items),
            so_far=so_far.as_json(),
            description=f"{relation}: {len(items):,} failed items",
            channel=row_sudo.channel_id.complete_name,
            priority=row_sudo.priority,
            identity_key=f"failed items of {relation}: {key}",
            scope="failed",
        )
    except UnserializableArgumentError:
        return None


def _add_checkpoints(
    env: api.Environment, result: SyncResult, failures: Failures
) -> str:
    """Add a checkpoint for each failure; return how many there are, as text."""
    texts = [str(detail) for _item, detail in failures]
    if more := texts[CHECKPOINTS_MAX:]:
        texts[CHECKPOINTS_MAX:] = [f"{len(more):,} more items failed"]
    relation_id = find_or_make_relation(env, result.relation)
    for text in texts:
        env["connector.checkpoint"].create_from_message(
            "connector.relation", relation_id, text, severity="major"
        )
    noun = "checkpoint" if len(texts) == 1 else "checkpoints"
    return f"{len(texts)} {noun} of the relation"


# === DELAYING === #


def delay_chunks(
    env: api.Environment,
    way: Way,
    on_error: str,
    chunks: Iterable[list[Any]],
    given: dict[str, Any],
) -> list[str]:
    """Delay a job for each chunk of a source; return their uuids.

    Args:
        way: of a declared sync.
        on_error: what its jobs do about failed items.
        given: options of the jobs.

    Raises:
        InvalidUsageError: an item cannot be kept, or there is no end of them.
    """
    helper, relation, flags = way
    JobOptions.read(given)
    session, uuids, first = ConnectorSession.from_env(env), [], 1
    with env.cr.savepoint():
        for items in chunks:
            last = first + len(items) - 1
            _check_count(helper, last)
            model_name = _model_of(helper, items, first)
            text = f"{relation}: items {first:,} to {last:,}"
            try:
                uuid = sync_chunk.delay(
                    session,
                    model_name,
                    helper,
                    relation,
                    tuple(flags),
                    on_error,
                    items=_packed(items),
                    **{"description": text, **given},
                )
            except UnserializableArgumentError as error:
                raise _named(helper, first, error) from error
            uuids.append(uuid)
            first = last + 1
    return uuids


def _model_of(helper: str, items: list[Any], first: int) -> str | None:
    """Return the model of records; refuse anything else."""
    if helper != ODOO2X:
        return None
    for place, item in enumerate(items, start=first):
        try:
            check_record(item)
        except InvalidDataError as error:
            raise InvalidUsageError(
                f"Cannot delay {helper}: item {place} of src_list: {error}"
            ) from error
    return items[0]._name


def _check_count(helper: str, count: int) -> None:
    if count > DELAYED_MAX:
        raise InvalidUsageError(
            f"Cannot delay {helper}: src_list has more than {DELAYED_MAX:,} items, "
            "expected a source that ends. Delay it in parts, or sync without delay."
        )


def _named(
    helper: str, first: int, error: UnserializableArgumentError
) -> InvalidUsageError:
    """Return the error that names an item which a job cannot store."""
    place = PLACE.match(error.path)
    item = f"item {first + int(place[1])} of src_list" if place else "src_list"
    return InvalidUsageError(f"Cannot delay {helper}: {item} is no data. {error}")


# === PUSHING === #


@job
def push_deletion(
    session: ConnectorSession, model_name: str, relation: str, ref: Ref
) -> None:
    """Tell the other system that a record is gone."""
    push = PUSHES.get((relation, model_name))
    if not push or not push.unlink:
        raise InvalidUsageError(
            f"Cannot push that {model_name} {ref!r} is gone: nothing says how for "
            f"{relation!r}. Give unlink to its push_on again, or cancel the job."
        )
    push.unlink(DeclaredSync.magic_class(session.env), ref)
