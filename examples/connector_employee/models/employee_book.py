# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Address books of employees."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.connector.api import Magic

from ..address_book import AddressBook
from ..sync import EMPLOYEE_REL

SHOWN = 10  # failures in a notification


class EmployeeBook(models.Model):
    """An address book on a CardDAV server; employees are kept in the first one."""

    _name = "employee.book"
    _description = "Address Book of Employees"

    name = fields.Char(required=True)
    url = fields.Char(string="URL", required=True)
    login = fields.Char(required=True)
    password = fields.Char(groups="connector.group_connector_manager")

    # === ACTIONS === #

    def action_fetch(self) -> dict:
        """Create an employee for each card that has none."""
        cards = list(self.open().read_all())
        result = Magic(self.env).sync_x2odoo(
            cards, EMPLOYEE_REL, create=True, on_error="collect"
        )
        return self._tell(result)

    def action_push(self) -> dict:
        """Write the card of each employee that has one."""
        magic = Magic(self.env)
        employees = magic.search_links(EMPLOYEE_REL).odoo
        result = magic.sync_odoo2x(
            employees, EMPLOYEE_REL, update=True, on_error="collect"
        )
        return self._tell(result)

    # === HELPERS === #

    @api.private
    def open(self) -> AddressBook:
        """Return the address book, else the first one.

        Raises:
            UserError: there is none.
        """
        # who may change an employee need not know the password of the book
        book_sudo = self.sudo()[:1] or self.sudo().search([], limit=1, order="id")
        if not book_sudo:
            raise UserError(self.env._("There is no address book: make one first."))
        return AddressBook(book_sudo.url, book_sudo.login, book_sudo.password or "")

    def _tell(self, result) -> dict:
        """Show what was done, and why not more; one who fails stops no other."""
        lines = [str(result), *map(str, result.failures[:SHOWN])]
        kind = "warning" if result.failed else "success"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(lines),
                "type": kind,
                "sticky": bool(result.failed),
            },
        }
