# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write guards of the framework's tables, effective also under ``sudo()``.

Much code in Odoo creates records with elevated rights and values of the caller: mail
gateways, server actions, forms of a web site. ``sudo()`` does not show whether the
caller may do it, but it keeps ``env.uid``: the guards check the rights of that user.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import clean_context

# Not a key in Odoo's context: clients can send these.
_is_own: ContextVar[bool] = ContextVar("connector_is_own", default=False)
_is_merge: ContextVar[bool] = ContextVar("connector_is_merge", default=False)


@contextmanager
def merge_of_records() -> Iterator[None]:
    """Let Odoo's merge of contacts write no rows: it does so to all references."""
    token = _is_merge.set(True)
    try:
        yield
    finally:
        _is_merge.reset(token)


@contextmanager
def own_code(is_own: bool = True) -> Iterator[None]:
    """Mark the next guarded create or write in the block as the framework's own.

    Code that it triggers, such as consumers of events, is not marked.
    """
    token = _is_own.set(is_own)
    try:
        yield
    finally:
        _is_own.reset(token)


class ConnectorStored(models.AbstractModel):
    """Rows that only the queue writes, by SQL; create and write are refused.

    So all of their fields are read-only; no definition says it.
    """

    _name = "connector.stored"
    _description = "Records Written by the Queue Only"

    def _post_model_setup__(self):
        """Make all fields read-only, also those of extensions."""
        super()._post_model_setup__()
        for field in self._fields.values():
            field.readonly = True

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse, whatever the rights."""
        if not vals_list:
            return self.browse()
        raise AccessError(
            self.env._(
                "Cannot create a record of %(model)s: only the queue may do that, when "
                "a call is delayed. Delay one: records.delayed().method(), or "
                "function.delay(session, model_name).",
                model=self._name,
            )
        )

    def write(self, vals):
        """Refuse, whatever the rights."""
        self.check_access("write")
        if not (self and vals):
            return True  # Odoo's merge of contacts writes references, also of no row
        raise AccessError(
            self.env._(
                "Cannot write %(fields)s of %(record)s: only the queue may do that. "
                "Use the buttons of the job.",
                fields=", ".join(sorted(vals)),
                record=self,
            )
        )


class ConnectorGuarded(models.AbstractModel):
    """Rows whose create and write need the user's own rights, sudo or not."""

    _name = "connector.guarded"
    _description = "Records Protected From Elevated Rights"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create records, for users with the right of their own or the framework."""
        names = {name for vals in vals_list for name in vals}
        names.update(
            key.removeprefix("default_")
            for key in self.env.context
            if key.startswith("default_")
        )
        rows = self._check_real_user("create", names)
        with own_code(False):
            records = super().create(vals_list)
        if rows is not None:  # record rules depend on values, such as the company
            rows.browse(records.ids).check_access("create")
        return records

    def write(self, vals):
        """Write records, for users with the right of their own or the framework."""
        if self or not _is_merge.get():
            self._check_real_user("write", vals)
        with own_code(False):
            return super().write(vals)

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Refuse mails: anybody can send them, and the gateway has elevated rights."""
        raise AccessError(
            self.env._(
                "Cannot create a record of %(model)s from an email. Remove the email "
                "alias of this model.",
                model=self._name,
            )
        )

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Post a mail in the chatter, and write no fields by it."""
        return super().message_update(msg_dict)

    # === HELPERS === #

    def _set(self, values: dict) -> None:
        """Write what no form may write."""
        with own_code():
            framework_context(self.sudo()).write(values)  # facts of the framework

    def _check_real_user(
        self, operation: str, names: Iterable[str]
    ) -> models.BaseModel | None:
        """Check the user's own rights; return these rows with them.

        Returns:
            None when there is nothing to check: without elevated rights Odoo does,
            and root and the framework's own code are trusted.

        Raises:
            AccessError: the user lacks the right on the model, or on a field.
        """
        is_trusted = self.env.uid == SUPERUSER_ID or _is_own.get()
        if is_trusted or not self.env.su:
            return None
        user = self.env.user or self.env.ref("base.public_user")
        rows = self.with_user(user)
        rows.check_access(operation)
        for name in names:
            if field := self._fields.get(name):
                rows._check_field_access(field, "write")
        return rows


def framework_context(records: models.BaseModel) -> models.BaseModel:
    """Return records without the context defaults that a client may have sent."""
    own = clean_context(records.env.context)
    return records.with_context(own)  # pylint: disable=context-overridden
