# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of XML from other systems: nothing is fetched, guessed or silently cut."""

from odoo.tests import BaseCase, tagged

from ..exception import FailedJobError
from ..testing import AnsweringServer
from ..wire.xml import parse_xml

LAUGHS = "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9)
)


@tagged("post_install", "-at_install")
class TestXml(BaseCase):
    def refuse(self, content, *facts, **options):
        with self.assertRaises(FailedJobError) as caught:
            parse_xml(content, **options)
        for fact in facts:
            self.assertIn(fact, str(caught.exception))

    def test_values_stay_texts(self):
        """An article number loses no zero, and a price no digit."""
        root = parse_xml(b"<a><sku>007</sku><price>1.10</price><none/></a>")

        self.assertEqual(root.findtext("sku"), "007")
        self.assertEqual(root.findtext("price"), "1.10")
        self.assertEqual(root.findtext("none"), "")
        self.assertIsNone(root.findtext("missing"))

    def test_comment_does_not_cut_a_text(self):
        root = parse_xml(b"<a>one<!-- x --> two<?pi x?> three</a>")

        self.assertEqual(root.text, "one two three")

    def test_encoding_is_the_declared_one_for_bytes_only(self):
        latin = '<?xml version="1.0" encoding="iso-8859-1"?><a>Größe</a>'

        self.assertEqual(parse_xml(latin.encode("iso-8859-1")).text, "Größe")
        self.assertEqual(parse_xml(latin).text, "Größe")
        self.assertEqual(parse_xml("<a>Größe</a>".encode("utf-16")).text, "Größe")

    def test_document_that_is_cut_off_is_refused_as_a_whole(self):
        """A parser that recovers gives the cut record as if it were whole."""
        self.refuse(b"<all><one>1</one><one>2</on", "line 1")
        self.refuse(b"", "empty")
        self.refuse(b"<html><br></html>", "<html>")

    def test_what_could_not_be_written_again_is_refused(self):
        self.refuse(b"<a>&#8;</a>")
        self.refuse(b"<a>\x08</a>")
        self.refuse(b"<a>\xff</a>")

    def test_entity_is_never_put_in(self):
        server = AnsweringServer()
        self.addCleanup(server.stop)
        for name, declared in {
            "file": '<!ENTITY x SYSTEM "file:///etc/passwd">',
            "network": f'<!ENTITY x SYSTEM "{server.url}/x">',
            "parameter": f'<!ENTITY % x SYSTEM "{server.url}/x"> %x;',
            "text": '<!ENTITY x "text">',
        }.items():
            with self.subTest(name):
                self.refuse(f"<!DOCTYPE a [{declared}]><a>&x;</a>")
        self.refuse(f'<!DOCTYPE a SYSTEM "{server.url}/dtd"><a>&x;</a>', "'x'")
        self.assertEqual(server.asked, [])

    def test_entities_that_grow_are_refused(self):
        self.refuse(f"<!DOCTYPE a [{LAUGHS}]><a>&a8;</a>")
        self.refuse(f'<!DOCTYPE a [{LAUGHS}]><a b="&a8;"/>')

    def test_document_type_alone_does_no_harm(self):
        self.assertEqual(parse_xml(b'<!DOCTYPE a SYSTEM "a.dtd"><a>x</a>').text, "x")

    def test_size_and_depth_have_limits(self):
        self.refuse(b"<a>12345</a>", "12 bytes", max_bytes=11)
        self.refuse(b"<a>" * 10_000 + b"</a>" * 10_000)
