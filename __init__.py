# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import controllers, models, wizards
from .controllers.webhook import install as install_webhooks
from .flows.defaults import install as install_default_units
from .models.monitoring.monitor import TOKEN
from .queue import store
from .queue.server.hooks import install as install_queue
from .wire.address import ALLOWED_PARAMETER

install_default_units()


def install_hooks() -> None:
    """Hook into the server: workers of jobs, and webhooks without a database."""
    install_queue()
    install_webhooks()


def post_init_hook(env) -> None:
    """Note the database of the installation: its jobs need no admission."""
    store.admit(env.cr)


def uninstall_hook(env) -> None:
    """Drop database objects unknown to Odoo, and our parameters.

    Channels and functions of code go as well: they keep channel root, which is Odoo's
    to delete.
    """
    store.drop_objects(env.cr)
    parameters = env["ir.config_parameter"]
    parameters.search([("key", "in", [TOKEN, ALLOWED_PARAMETER])]).unlink()
