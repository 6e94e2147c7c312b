# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .log.scope import log_about
from .magic import Magic
from .sync.declared import declare_sync
from .sync.events import on_sync_create, on_sync_update
