# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the job runner, of which only the channels are left."""
