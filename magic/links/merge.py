# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links of merged records."""

from collections.abc import Iterable

import psycopg2.errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from . import store
from .change import follow_change
from .row import Row, read_rows


def merge_links(
    env: api.Environment, gone: models.BaseModel, stays: models.BaseModel
) -> dict[int, list[Row]]:
    """Move the links of merged records to the record that stays.

    No link is lost: also the reference of a record that is gone leads to the one that
    stays, so that nobody makes it anew. Of links in a many to many relation that have
    become identical, one is enough.

    Returns:
        The links of the record that stays, for each one to one relation in which it
        has several now: ``{relation id: links}``.
    """
    try:
        moved = store.merge_records(env.cr, stays._name, gone._ids, stays.id)
    except psycopg2.errors.UniqueViolation as error:
        raise ConcurrencyError(
            f"Cannot merge the links of {gone} and {stays}: another transaction links "
            "one of them. Run the transaction again."
        ) from error
    if not moved:
        return {}
    _delete_twins(env, moved)
    follow_change(env)
    clashes = {one.relation_id for one in moved if one.is_one2one and not one.is_sole}
    return {
        relation_id: read_rows(
            store.read_of_record(env.cr, relation_id, stays._name, stays.id)
        )
        for relation_id in sorted(clashes)
    }


def _delete_twins(env: api.Environment, moved: Iterable[store.MovedLink]) -> None:
    """Delete the links that the merge made equal to another link."""
    for one in moved:  # separately: two of them may have become the same
        if not one.is_one2one and not store.set_fingerprint(env.cr, [one.link_id]):
            store.delete(env.cr, [one.link_id])
