# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Template and translations of the addon's texts; runs inside Odoo, with ``env``.

Argument: the folder of the files. The template is Odoo's own export; each translation
gets the new texts without a translation, and loses the texts that are gone.
"""

import io
import re
import sys
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

ADDON = "connector"
# The root is the addon: Odoo takes the addons and tools inside of it for parts of it.
NOT_OURS = re.compile(rf"code:addons/{ADDON}/(benchmarks|bin|examples|tests)/")
DATES = ("POT-Creation-Date", "PO-Revision-Date")  # every export would differ


def export_template(env) -> polib.POFile:
    """Return the texts of the addon, without translations."""
    buffer = io.BytesIO()
    trans_export(None, [ADDON], buffer, "po", env)
    template = polib.pofile(buffer.getvalue().decode())
    for entry in list(template):
        entry.occurrences = [
            (place, line)
            for place, line in entry.occurrences
            if not NOT_OURS.match(place)
        ]
        if not entry.occurrences:
            template.remove(entry)
    for date in DATES:
        template.metadata.pop(date, None)
    return template


def translate(template: polib.POFile, known: polib.POFile) -> polib.POFile:
    """Return the texts of a template with the translations that are known."""
    translations = {entry.msgid: entry.msgstr for entry in known}
    result = polib.POFile()
    result.header = template.header
    result.metadata = {**template.metadata, "Language": known.metadata["Language"]}
    for entry in template:
        result.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=translations.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
        )
    return result


def main(folder: Path) -> None:
    """Write the files, and print what is left to translate."""
    template = export_template(env)  # noqa: F821 given by what runs this file
    (folder / f"{ADDON}.pot").write_text(f"{template}\n")
    print(f"{len(template)} texts in {ADDON}.pot")
    for file in sorted(folder.glob("*.po")):
        result = translate(template, polib.pofile(str(file)))
        file.write_text(f"{result}\n")
        missing = [entry.msgid for entry in result if not entry.msgstr]
        print(f"{len(missing)} texts without a translation in {file.name}")
        for msgid in missing:
            print(f"  {msgid!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
