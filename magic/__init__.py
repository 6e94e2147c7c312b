# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .declared import declare_sync
from .log_scope import log_about
from .space import Magic
from .sync_event import on_sync_create, on_sync_update
