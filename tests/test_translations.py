# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the translations: the template is fresh, French is complete and loaded."""

import re
from importlib.util import module_from_spec, spec_from_file_location

import polib

from odoo.exceptions import UserError

from .common import ConnectorCase
from .source import ROOT

FOLDER = ROOT / "i18n"
REMEDY = "Run bin/translate, and translate what it prints."
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|</?\w+[^>]*>")
EXPORT = ROOT / "bin" / "ground" / "inside" / "translations.py"


def export_template(env) -> polib.POFile:
    """Return a fresh export, made by the program behind ``bin/translate``."""
    spec = spec_from_file_location("translations", EXPORT)
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    return program.export_template(env)


def read_entries(name: str) -> dict[str, str]:
    """Return the translations of a file by their texts."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(FOLDER / name))}


class TestTemplate(ConnectorCase):
    def test_template_has_the_texts_of_a_fresh_export(self):
        fresh = {entry.msgid for entry in export_template(self.env)}

        self.assertGreater(len(fresh), 500)
        self.assertEqual(read_entries("connector.pot").keys() ^ fresh, set(), REMEDY)


class TestFrench(ConnectorCase):
    def test_each_text_is_translated(self):
        french = read_entries("fr.po")

        self.assertEqual(french.keys(), read_entries("connector.pot").keys(), REMEDY)
        self.assertEqual([one for one in french if not french[one]], [], REMEDY)

    def test_translations_have_the_placeholders_of_their_texts(self):
        for text, translation in read_entries("fr.po").items():
            with self.subTest(text=text):
                self.assertEqual(
                    sorted(PLACEHOLDER.findall(translation)),
                    sorted(PLACEHOLDER.findall(text)),
                )

    def test_odoo_speaks_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["connector"], ["fr_FR"])
        env = self.env(context={"lang": "fr_FR"})
        channel_root = env.ref("connector.channel_root")

        described = env["connector.queue.job"].fields_get(["attempt", "state"])
        with self.assertRaises(UserError) as caught:
            channel_root.name = "other"

        menu = env.ref("connector.menu_checkpoint")
        self.assertEqual(menu.name, "Points de contrôle")
        self.assertEqual(described["attempt"]["string"], "Tentatives")
        self.assertIn(("failed", "Échoué"), described["state"]["selection"])
        self.assertIn("ne peut être ni renommé", str(caught.exception))
