# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Follow-up of a link change: caches, and watched models."""

from collections.abc import Iterable

from odoo import api

from . import store
from .row import Row, find_dead
from .store import StoredSide


def follow_change(env: api.Environment, sides: Iterable[StoredSide] = ()) -> None:
    """Invalidate the cache of the links, and watch the models of new sides."""
    env["connector.link"].invalidate_model(flush=False)
    env["connector.link.side"].invalidate_model(flush=False)
    models = {side.model for side in sides if side.model}
    if not models <= env["connector.link.side"]._linked_models():
        # now for us; after the commit for those who looked meanwhile and saw nothing
        env.registry.clear_cache()
        env.cr.postcommit.add(env.registry.clear_cache)


def delete_dead(env: api.Environment, rows: Iterable[Row]) -> set[int]:
    """Delete the links to deleted records; return their ids."""
    dead = find_dead(env, rows)
    if dead:
        store.delete(env.cr, dead)
    return dead
