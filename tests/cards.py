# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards of invented people, in the shapes that real address books write."""

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAADCAIAAADZSiLoAAAAEElEQVR4nGM4"
    "YKAAQQxYWACVLgmRHZvPcgAAAABJRU5ErkJggg=="
)

CARDS = {
    "apple-group": r"""
VERSION:3.0
X-ADDRESSBOOKSERVER-KIND:group
PRODID:-//Apple Inc.//iOS 9.3.5//EN
N:Family
FN:Family
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:apple-1
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:apple-2
REV:2016-04-10T12:15:44Z
UID:apple-group-1
""",
    "apple-noyear": r"""
VERSION:3.0
PRODID:-//Apple Inc.//iOS 17.0//EN
N:Noyear;Nora;;;
FN:Nora Noyear
BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-09
UID:apple-2
""",
    "apple-person": r"""
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.5//EN
N:Appleby;Anna;Maria;Dr.;
FN:Dr. Anna Maria Appleby
NICKNAME:Annie
ORG:Orchard GmbH;Sales
TITLE:Buyer
EMAIL;type=INTERNET;type=HOME:anna.home@example.org
EMAIL;type=INTERNET;type=WORK;type=pref:anna@orchard.example
item1.EMAIL;type=INTERNET:anna.third@example.net
item1.X-ABLabel:_$!<Other>!$_
TEL;type=CELL;type=VOICE;type=pref:+49 151 1111111
TEL;type=IPHONE;type=CELL;type=VOICE:+49 151 2222222
TEL;type=HOME;type=VOICE:+49 30 3333333
TEL;type=HOME;type=FAX:+49 30 4444444
item2.ADR;type=HOME;type=pref:;;Gartenstr. 5\nHinterhaus;Berlin;;10115;Germany
item2.X-ABADR:de
NOTE:First line\nSecond line\, with comma
item3.URL;type=pref:https\://orchard.example
item3.X-ABLabel:_$!<HomePage>!$_
BDAY;value=date:1985-04-12
X-SOCIALPROFILE;type=twitter:http://twitter.example/anna
IMPP;X-SERVICE-TYPE=Skype;type=HOME;type=pref:skype:anna
PHOTO;ENCODING=b;TYPE=PNG:PICTURE
REV:2024-05-01T10:00:00Z
UID:apple-1
""",
    "bday-0000": r"""
VERSION:3.0
UID:b-1
FN:Zero Year
N:Year;Zero;;;
BDAY:0000-05-09
""",
    "categories-hole": r"""
VERSION:3.0
UID:nc-4
FN:Holly Hole
N:Hole;Holly;;;
CATEGORIES:Club,,Golf,
""",
    "google-company-only": r"""
VERSION:3.0
FN:
N:;;;;
ORG:Only Company Ltd
TEL;TYPE=WORK:+44 20 555
UID:google-4
""",
    "google-email-only": r"""
VERSION:3.0
FN:
N:;;;;
EMAIL;TYPE=INTERNET:lonely@example.com
CATEGORIES:myContacts
UID:google-5
""",
    "google-noyear": r"""
VERSION:3.0
FN:Gina Goog
N:Goog;Gina;;;
EMAIL;TYPE=INTERNET;TYPE=HOME:gina@example.com
BDAY:--0509
CATEGORIES:myContacts
UID:google-1
""",
    "many-phones": r"""
VERSION:3.0
UID:m-1
FN:Mandy Many
N:Many;Mandy;;;
TEL;TYPE=HOME:+49 30 0
TEL;TYPE=HOME:+49 30 1
TEL;TYPE=WORK:+49 30 2
TEL;TYPE=WORK:+49 30 3
TEL;TYPE=CELL:+49 30 4
TEL;TYPE=CELL:+49 30 5
TEL;TYPE=PAGER:+49 30 6
TEL;TYPE=OTHER:+49 30 7
TEL;TYPE=WORK,FAX:+49 30 8
TEL;TYPE=MAIN:+49 30 9
EMAIL;TYPE=INTERNET:m0@many.example
EMAIL;TYPE=INTERNET:m1@many.example
EMAIL;TYPE=INTERNET:m2@many.example
EMAIL;TYPE=INTERNET:m3@many.example
""",
    "multi-org": r"""
VERSION:3.0
UID:o-1
FN:Olga Org
N:Org;Olga;;;
ORG:;Dept only
""",
    "name-only-n": r"""
VERSION:3.0
UID:n-1
N:Onlyn;Ole;;;
TEL:1
""",
    "nextcloud": r"""
VERSION:3.0
PRODID:-//Sabre//Sabre VObject 4.4.2//EN
UID:nc-1
FN:Nils Next
N:Next;Nils;;;
ADR;TYPE=HOME:;;Am Markt 1;Bonn;;53111;Deutschland
ADR;TYPE=WORK:Postfach 12;2. OG;Ring 7;Köln;NRW;50667;Deutschland
EMAIL;TYPE=HOME:nils@next.example
TEL;TYPE=HOME,VOICE:+49 228 1
TEL;TYPE="WORK,VOICE":+49 221 2
CATEGORIES:Friends,Work\, old,Friends
BDAY;VALUE=DATE:1970-01-31
ANNIVERSARY;VALUE=DATE:2000-01-01
REV;VALUE=DATE-AND-OR-TIME:20240101T000000Z
PHOTO;ENCODING=b;TYPE=image/png:PICTURE
X-SOCIALPROFILE;TYPE=MASTODON:@nils@example.social
GENDER:M
""",
    "photo-data-uri-3": r"""
VERSION:3.0
UID:p-1
FN:Data Uri
N:Uri;Data;;;
PHOTO;VALUE=uri:data:image/png;base64,PICTURE
""",
    "thunderbird-3": r"""
VERSION:3.0
N:Bird;Thea;;;
FN:Thea Bird
EMAIL;PREF=1:thea@bird.example
EMAIL:thea2@bird.example
TEL;TYPE=cell;VALUE=TEXT:0151 77
URL;TYPE=work;VALUE=URL:https://bird.example
ORG:Nest Ltd;Branch
BDAY;VALUE=DATE:19850412
NOTE:hello
X-CUSTOM1;VALUE=TEXT:foo
UID:tb-1
""",
    "v4-email-mailto": r"""
VERSION:4.0
UID:v4-20
FN:Mail To
EMAIL:mailto:mt@example.org
""",
    "v4-nc4-applegroup": r"""
VERSION:4.0
UID:v4-9b
FN:Verein Apfel
N:Verein Apfel;;;;
X-ADDRESSBOOKSERVER-KIND:group
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:0b0d1c7e-0000-4000-8000-000000000001
""",
    "v4-nc4-group": r"""
VERSION:4.0
UID:v4-9
KIND:group
FN:Verein
MEMBER:urn:uuid:0b0d1c7e-0000-4000-8000-000000000001
""",
    "v4-nc4-noyear": r"""
VERSION:4.0
UID:urn:uuid:0b0d1c7e-0000-4000-8000-000000000003
FN:Viktor Tag
N:Tag;Viktor;;;
BDAY:--0412
""",
    "v4-tb4": r"""
VERSION:4.0
N:Bird;Tim;;;
FN:Tim Bird
EMAIL;PREF=1:tim@bird.example
TEL;TYPE=cell;VALUE=TEXT:0151 77
BDAY;VALUE=DATE:--0412
X-CUSTOM1;VALUE=TEXT:foo
PHOTO;VALUE=URI:data:image/png;base64,PICTURE
ORG:Nest;Branch
UID:tb4-1
""",
    "v4-tel-upper": r"""
VERSION:4.0
UID:v4-19
FN:Tel Upper
TEL;VALUE=uri;TYPE=cell:TEL:+49-30-77
""",
}
"""What stands between BEGIN and END, by the name of the card."""


def card_text(name: str) -> str:
    """Return a card as it travels."""
    lines = CARDS[name].replace("PICTURE", PICTURE).strip("\n").split("\n")
    return "\r\n".join(("BEGIN:VCARD", *lines, "END:VCARD", ""))
