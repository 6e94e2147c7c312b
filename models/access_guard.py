# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Guards of the framework's tables: who writes them, whatever rights were borrowed.

Much code in Odoo creates records with elevated rights and values of the caller: mail
gateways, server actions, forms of a web site. ``sudo()`` tells nothing of whether the
caller means well, but it keeps ``env.uid``: that is who is judged here.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import clean_context

# A context of Odoo would do, if clients could not send one.
_is_own: ContextVar[bool] = ContextVar("connector_is_own", default=False)


@contextmanager
def own_code(is_own: bool = True) -> Iterator[None]:
    """Let the next guarded create or write inside the block be the framework's own.

    What that sets off, such as consumers of events, is not.
    """
    token = _is_own.set(is_own)
    try:
        yield
    finally:
        _is_own.reset(token)


class ConnectorStored(models.AbstractModel):
    """Rows that the queue writes by SQL; nobody makes or alters one as a record."""

    _name = "connector.stored"
    _description = "Rows That the Queue Writes"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse, whatever the rights."""
        if not vals_list:
            return self.browse()
        raise AccessError(
            self.env._(
                "Cannot make a record of %(model)s: the queue alone does, expected a "
                "call that is delayed. Delay one: records.delayed().method(), or "
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
                "Cannot write %(fields)s of %(record)s: the queue alone does. Use the "
                "buttons of the job.",
                fields=", ".join(sorted(vals)),
                record=self,
            )
        )


class ConnectorGuarded(models.AbstractModel):
    """Rows that nobody makes or alters by borrowed rights, but only by their own."""

    _name = "connector.guarded"
    _description = "Rows That Borrowed Rights Do Not Write"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make records for those who may do so themselves, or for the framework."""
        names = {name for vals in vals_list for name in vals}
        names.update(
            key.removeprefix("default_")
            for key in self.env.context
            if key.startswith("default_")
        )
        rows = self._check_real_user("create", names)
        with own_code(False):
            records = super().create(vals_list)
        if rows is not None:  # by its values, such as the company
            rows.browse(records.ids).check_access("create")
        return records

    def write(self, vals):
        """Alter records for those who may do so themselves, or for the framework."""
        self._check_real_user("write", vals)
        with own_code(False):
            return super().write(vals)

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make nothing of a mail: it comes from anybody, in the name of the gateway."""
        raise AccessError(
            self.env._(
                "Cannot make a record of %(model)s from a mail: nobody may. Remove the "
                "alias that leads there.",
                model=self._name,
            )
        )

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Alter nothing by a mail; what it says goes into the chatter."""
        return super().message_update(msg_dict)

    # === HELPERS === #

    def _check_real_user(
        self, operation: str, names: Iterable[str]
    ) -> models.BaseModel | None:
        """Refuse who borrows the rights; return these rows with the user's own ones.

        Returns:
            None when nobody has to be judged here: Odoo does so without elevated
            rights, and root and the framework's own code need none.

        Raises:
            AccessError: the user may not do it, or not with one of these fields.
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
    """Return records without the defaults that a client may have sent along."""
    own = clean_context(records.env.context)
    return records.with_context(own)  # pylint: disable=context-overridden
