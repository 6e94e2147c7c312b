# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletions of bindings that are to be deleted on their backends as well."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from odoo import api
from odoo.models import BaseModel

from ...text import reference_of
from .silence import Silence
from .trigger import Cascade


class Deletion(NamedTuple):
    """A binding that is deleted here.

    Args:
        model: its model.
        id: its id here.
        backend: model and id of its backend.
        external_id: of its record on the backend.
        version: of that record, as it is known here.
    """

    model: str
    id: int
    backend: tuple[str, int]
    external_id: str
    version: str | None


def find_deletions(
    records: BaseModel, cascades: Iterable[Cascade], silence: Silence
) -> list[Deletion]:
    """Return the bindings that go along with records that are about to be deleted."""
    return [
        Deletion(
            binding._name,
            binding.id,
            (binding.backend_id._name, binding.backend_id.id),
            binding.external_id,
            binding.external_version or None,
        )
        for cascade in cascades
        for binding in _find_bindings(records, cascade)
        if reference_of(binding.backend_id) not in silence
    ]


def _find_bindings(records: BaseModel, cascade: Cascade) -> BaseModel:
    # also what the user may not read is deleted with the record
    bindings_sudo = records.env[cascade.binding].sudo().with_context(active_test=False)
    return bindings_sudo.search_fetch(
        [
            (cascade.path, "in", records.ids),
            ("is_alias", "=", False),
            ("external_id", "not in", [False, ""]),
        ],
        ["backend_id", "external_id", "external_version"],
    )


def delay_deletions(env: api.Environment, deletions: Iterable[Deletion]) -> None:
    """Delay the deletions there of what is gone here, and not bound again.

    Nothing is deleted on a backend that is gone itself. For one that is archived,
    tombstones remember what is to be deleted there when it is back.
    """
    groups: dict[tuple[str, tuple[str, int]], list[Deletion]] = defaultdict(list)
    for one in deletions:
        groups[one.model, one.backend].append(one)
    # sorted, for locks of the jobs: see DueExports.delay
    for (model_name, (backend_model, backend_id)), group in sorted(groups.items()):
        backend_sudo = env[backend_model].sudo().browse(backend_id).exists()
        if not backend_sudo:
            continue
        if not backend_sudo.active:
            backend_sudo._stay_archived()
            continue
        known = _find_known(env[model_name], backend_id, group)
        gone = sorted(
            (
                (one.external_id, one.version)
                for one in group
                if one.external_id not in known
            ),
            key=lambda one: one[0],
        )
        if gone:
            backend_sudo._delay_deletions(model_name, gone)


def _find_known(
    model: BaseModel, backend_id: int, deletions: Iterable[Deletion]
) -> set[str]:
    """Return the external ids that other bindings have than those that are deleted.

    These may be there still: what is called by a deletion may open a savepoint, and the
    exports of a transaction are delayed before each. If they stay, the job skips them.
    """
    ids = [one.external_id for one in deletions]
    deleted = [one.id for one in deletions]
    found_sudo = (
        model.sudo()
        .with_context(active_test=False)
        .search_fetch(
            [
                ("backend_id", "=", backend_id),
                ("external_id", "in", ids),
                ("id", "not in", deleted),
            ],
            ["external_id"],
        )
    )
    return set(found_sudo.mapped("external_id"))
