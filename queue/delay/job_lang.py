# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Language of a job: that of its caller while it is active, else of its user."""

from odoo import api

DEFAULT = "en_US"  # Odoo accepts it even when it is not active


def find_lang(env: api.Environment) -> str | None:
    """Return the language of the context if it is active, else that of the user.

    Odoo caches both; no job reads them from the database twice.
    """
    lang = env.context.get("lang")
    if lang == DEFAULT:
        return lang
    if lang:
        if isinstance(lang, str) and env["res.lang"]._get_data(code=lang):
            return lang
        env = env(context={})  # nothing is read in that language
    return env["res.users"].context_get().get("lang")
