# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prints the screens of the app Connectors as JSON: runs inside Odoo, with ``env``.

Each is the name for its pictures and the path of its address. Screens are found by
the menus, so that a new one is looked at without a word here.
"""

import json

SHOWN = ("form",)  # views of one record, the newest


def find_actions(menu):
    """Yield the actions of a menu and of those below it, with their names."""
    if menu.action:
        yield menu, menu.action
    for child in menu.child_id:
        yield from find_actions(child)


def find_screens(menu, action):
    """Yield the name and the path of each view of an action."""
    name = menu.name.lower().replace(" ", "_")
    path = f"/odoo/action-{action.get_external_id()[action.id]}"
    if action.type != "ir.actions.act_window" or action.target == "new":
        yield name, path
        return
    for view in action.view_mode.split(","):
        if view not in SHOWN:
            yield f"{name}_{view}", f"{path}?view_type={view}"
            continue
        record = env[action.res_model].search([], limit=1)  # noqa: F821
        if record:
            yield f"{name}_{view}", f"{path}/{record.id}"


root = env.ref("connector.menu_connector_root")  # noqa: F821 given by what runs this
print(json.dumps([one for pair in find_actions(root) for one in find_screens(*pair)]))
