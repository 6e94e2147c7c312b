# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about texts of content lines, as vCards are."""

from odoo.tests import BaseCase

from odoo.addons.connector.wire.content_lines import ContentLines

TEXT = "\r\n".join(
    (
        *("BEGIN:VCARD", "item1.TEL;type=work:1", "TEL;PREF=2;TYPE=home:2"),
        *("TEL;TYPE=pref:3", "NOTE:folded at an", "  odd place", "EMAIL:"),
        *("ADR;TYPE=home:a\\;b;;Street 1;Bonn;;;", "END:VCARD", ""),
    )
)


class TestContentLines(BaseCase):
    def test_text_that_nobody_edits_stays_byte_for_byte(self):
        self.assertEqual(str(ContentLines(TEXT)), TEXT)

    def test_preferred_lines_come_first(self):
        found = ContentLines(TEXT).find("tel")

        self.assertEqual([line.value for line in found], ["3", "2", "1"])
        self.assertEqual(found[2].types, {"work"})

    def test_empty_line_says_nothing(self):
        self.assertEqual(ContentLines(TEXT).first("email", "url"), [None, None])
        self.assertEqual(ContentLines(TEXT).read("url"), "")

    def test_folded_value_is_one_text(self):
        self.assertEqual(ContentLines(TEXT).read("note"), "folded at an odd place")

    def test_value_is_written_to_its_line_only(self):
        lines = ContentLines(TEXT)
        lines.write("tel", "4")
        lines.write("email", "a@b.de")
        lines.write("note", "")

        expected = TEXT.replace("pref:3", "pref:4")
        expected = expected.replace("NOTE:folded at an\r\n  odd place\r\n", "")
        expected = expected.replace("END:", "EMAIL:a@b.de\r\nEND:")
        self.assertEqual(str(lines), expected)

    def test_part_is_written_to_its_place_only(self):
        lines = ContentLines(TEXT)
        (line,) = lines.first("adr")

        lines.write_parts(line, line.head, {2: "Lane; 2"})

        self.assertIn("ADR;TYPE=home:a\\;b;;Lane\\; 2;Bonn;;;\r\n", str(lines))

    def test_text_that_is_not_one_of_its_kind_is_told(self):
        for text in ("", "TEL:1", TEXT + TEXT, f"X:y\r\n{TEXT}", TEXT[:-12]):
            with self.subTest(text):
                with self.assertRaisesRegex(ValueError, "not one VCARD"):
                    ContentLines(text)
        with self.assertRaisesRegex(ValueError, "'garbage' has no name"):
            ContentLines("garbage")
