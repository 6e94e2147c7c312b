# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the create, write and unlink of every model note for export triggers."""

from collections.abc import Iterable, Mapping

from odoo import api
from odoo.models import BaseModel

from .deletion import find_deletions
from .due import DueExports
from .export_on import declared_export
from .silence import silence_of
from .trigger import Trigger, Watched, watched_models


def note_written(
    env: api.Environment, watched: Watched, values: Mapping[int, Mapping]
) -> None:
    """Note what was written, with the values of each record by its id."""
    silence = silence_of(env.context)
    if silence is None:
        return
    last: Mapping | None = None
    groups: list[tuple[Mapping, list[int]]] = []
    for id_, vals in values.items():
        if vals is not last:  # those of one write share them
            groups.append((vals, []))
            last = vals
        groups[-1][1].append(id_)
    for vals, ids in groups:
        if triggers := watched.of_fields(vals):
            real = list(filter(None, ids))  # not those of forms
            DueExports.of(env).add(triggers, real, silence)


def note_created(records: BaseModel, watched: Watched) -> None:
    """Note new records."""
    silence = silence_of(records.env.context)
    if watched.on_create and silence is not None:
        DueExports.of(records.env).add(watched.on_create, records.ids, silence)


def note_leaving(records: BaseModel, triggers: Iterable[Trigger]) -> None:
    """Note what records belong to, before that changes."""
    silence = silence_of(records.env.context)
    if records.ids and silence is not None:
        DueExports.of(records.env).add_roots(triggers, records.ids, silence)


def note_unlinked(records: BaseModel, watched: Watched) -> None:
    """Note the bindings that go along with records, before they are deleted."""
    silence = silence_of(records.env.context)
    if silence is None or not records.ids:
        return
    if watched.on_unlink:
        note_leaving(records, watched.on_unlink)
    if watched.cascades:
        deletions = find_deletions(records, watched.cascades, silence)
        if deletions:
            DueExports.of(records.env).add_deleted(deletions)


def note_moved(records: BaseModel, name: str) -> None:
    """Note records of which a merge of others changes a field, by SQL."""
    if watched := watched_models(records).get(records._name):
        note_written(records.env, watched, dict.fromkeys(records.ids, {name: None}))


def note_merged(bindings: BaseModel) -> None:
    """Note bindings whose record took over what others had: that is all due."""
    silence = silence_of(bindings.env.context)
    is_exported = watched_models(bindings) and declared_export(type(bindings))
    if is_exported and silence is not None:
        DueExports.of(bindings.env).add_bindings(bindings, silence)
