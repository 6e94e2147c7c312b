# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import controllers, models, wizards
from .queue import store
from .queue.hooks import install as install_hooks


def uninstall_hook(env) -> None:
    """Take out of the database what Odoo does not know of."""
    store.drop_functions(env.cr)
    store.drop_rush(env.cr)
