# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All SQL statements for links.

They run in the transaction of the caller, on an Odoo cursor at REPEATABLE READ.
"""

from .read import find, find_all, find_any, find_model, read, read_of_record
from .record import (
    MovedLink,
    delete_dead,
    delete_of_records,
    find_linked_models,
    merge_records,
)
from .relation import change_kind, create_relation, find_relation, has_links
from .side import ODOO, StoredSide
from .write import (
    complete,
    delete,
    discard,
    insert,
    lock_reserved,
    move,
    reserve,
    set_fingerprint,
    touch,
)
