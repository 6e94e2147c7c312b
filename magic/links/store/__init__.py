# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All SQL statements for links.

They run in the transaction of the caller, on an Odoo cursor at REPEATABLE READ.
"""

from .read import (
    ODOO,
    StoredSide,
    find,
    find_all,
    find_any,
    find_linked_models,
    find_model,
    find_relation,
    has_links,
    read,
    read_of_record,
)
from .write import (
    MovedLink,
    change_kind,
    complete,
    create_relation,
    delete,
    delete_dead,
    delete_of_records,
    discard,
    insert,
    lock_reserved,
    merge_records,
    move,
    reserve,
    set_fingerprint,
    touch,
)
