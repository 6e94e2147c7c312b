# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend of the service ``carddav``, with its versions.

Units registered on ``carddav`` work for both versions of vCard; those registered
on one version are found there first.
"""

from odoo.addons.connector.api import Backend

carddav = Backend("carddav")
carddav_3 = Backend(parent=carddav, version="3.0")
carddav_4 = Backend(parent=carddav, version="4.0")
