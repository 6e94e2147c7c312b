# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a sync: each runs a chunk, a retry only the rest of it."""

import re
from collections.abc import Iterable

from odoo import api
from odoo.models import BaseModel

from ..exception import InvalidDataError, InvalidUsageError, UnserializableArgumentError
from ..queue.current import current_job
from ..queue.delay.options import JobOptions
from ..queue.job import job
from ..session import ConnectorSession
from .sync.chunk import Chunk, Sync
from .sync.declared import DECLARED, declared_route
from .sync.description import ODOO2X, RAISE, Flags
from .sync.external_effects import Outside
from .sync.pending_links import check_record
from .sync.result import SKIPPED, Detail, SyncResult, sync_error

DELAYED_MAX = 1_000_000  # items; a source that has more has probably no end
GONE = "it was deleted before its job ran"
PLACE = re.compile(r"argument 'items'\[(\d+)\]")  # of what a job cannot keep


@job
def sync_chunk(  # noqa: PLR0913 what a job needs to know
    session: ConnectorSession,
    model_name: str | None,
    helper: str,
    relation: str,
    flags: tuple[bool, bool],
    on_error: str,
    items,
    failed: Iterable = (),
    so_far: dict | None = None,
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
    failed = [*failed, *chunk.failed] if on_error == RAISE else []
    if chunk.retry_error:
        error, rest = chunk.retry_error, {"items": chunk.left, "failed": failed}
    elif failed:
        error, rest = sync_error(result), {"items": failed}
        result.forget_failures()
    else:
        return result
    if current := current_job(env):
        # what is finished stays; a connector's own transaction would lose it
        rest = {name: _packed(some) for name, some in rest.items()}
        way = helper, relation, flags, on_error
        current.commit_rest(env, *way, **rest, so_far=result.as_json())
    raise error from result.first_error


def _perform(env: api.Environment, route, result: SyncResult, items: list) -> Chunk:
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


def _existing(items, result: SyncResult) -> list:
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


def _packed(items: list):
    """Return items in their stored form: the records of a model as one recordset."""
    is_set = all(isinstance(item, BaseModel) for item in items)
    models = {item._name for item in items} if is_set else ()
    return items[0].concat(*items[1:]) if len(models) == 1 else items


# === DELAYING === #


def delay_chunks(
    env: api.Environment,
    way: tuple[str, str, Flags, str],
    chunks: Iterable[list],
    given: dict,
) -> list[str]:
    """Delay a job for each chunk of a source; return their uuids.

    Args:
        way: helper, relation, flags and what to do on errors.
        given: options of the jobs.

    Raises:
        InvalidUsageError: an item cannot be kept, or there is no end of them.
    """
    helper, relation, flags, on_error = way
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


def _model_of(helper: str, items: list, first: int) -> str | None:
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


def _named(helper: str, first: int, error: UnserializableArgumentError):
    """Return the error that names an item which a job cannot store."""
    place = PLACE.match(error.path)
    item = f"item {first + int(place[1])} of src_list" if place else "src_list"
    return InvalidUsageError(f"Cannot delay {helper}: {item} is no data. {error}")


# === PUSHING === #


@job
def push_deletion(
    session: ConnectorSession, model_name: str, relation: str, ref
) -> None:
    """Tell the other system that a record is gone."""
    sync = DECLARED.get(relation)
    unlink = sync and sync.deletions.get(model_name)
    if not unlink:
        raise InvalidUsageError(
            f"Cannot push that {model_name} {ref!r} is gone: nothing says how for "
            f"{relation!r}. Give unlink to its push_on again, or cancel the job."
        )
    unlink(sync.magic_class(session.env), ref)
