#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# The fuzzy search of pycountry does not put the country of the very name first.
# pycountry 26.2.16 answers 'Niger' with Nigeria before Niger, and 'Korea' with the
# North; 'Turkey', 'Swaziland', 'Cape Verde' and 'Macau', which shops still send, raise
# LookupError. The first answer is no match.
#
# Guess: the country of that name comes first, and former names are known.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pycountry==26.2.16
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import pycountry


def find(name):
    try:
        return [one.alpha_2 for one in pycountry.countries.search_fuzzy(name)][:2]
    except LookupError:
        return "LookupError"


names = ["Niger", "Korea", "Turkey", "Swaziland", "Cape Verde", "Macau"]
seen = {name: find(name) for name in names}
print(seen)
assert seen["Niger"] == ["NG", "NE"]
assert seen["Korea"][0] == "KP"
assert {seen[name] for name in names[2:]} == {"LookupError"}
END
