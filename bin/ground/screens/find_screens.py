# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Screens of the app Connectors, printed as JSON; runs inside Odoo.

They are found by the menus, so that a new screen needs no entry here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """One view of an action of a menu; of what is no window, the whole."""

    menu: str
    action: str  # its external id
    view: str = ""
    model: str = ""
    record_id: int = 0  # that a form shows, the first one; 0 when there is none

    @property
    def name(self) -> str:
        """How pictures of it are called."""
        name = self.menu.lower().replace(" ", "_")
        return f"{name}_{self.view}" if self.view else name

    @property
    def path(self) -> str:
        """Where it is found."""
        path = f"/odoo/action-{self.action}"
        if self.record_id:
            return f"{path}/{self.record_id}"
        return f"{path}?view_type={self.view}" if self.view else path


def find_screens(env) -> Iterator[Screen]:
    """Yield every screen, in the order of the menus."""
    for menu in _find_menus(env.ref("connector.menu_connector_root")):
        action = menu.action
        xml_id = action.get_external_id()[action.id]
        if action.type != "ir.actions.act_window" or action.target == "new":
            yield Screen(menu.name, xml_id)
            continue
        model = action.res_model
        for view in action.view_mode.split(","):
            record_id = env[model].search([], limit=1).id if view == "form" else 0
            yield Screen(menu.name, xml_id, view, model, record_id or 0)


def _find_menus(menu):
    """Yield the menus with an action, from one on and below it."""
    if menu.action:
        yield menu
    for child in menu.child_id:
        yield from _find_menus(child)


if __name__ == "__main__":
    screens = find_screens(env)  # noqa: F821 given by what runs this
    shown = [one for one in screens if one.view != "form" or one.record_id]
    print(json.dumps([(one.name, one.path) for one in shown]))
