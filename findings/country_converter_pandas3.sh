#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# country_converter cannot convert a single name beside pandas 3. country_converter
# 1.3.2 takes any pandas; with pandas 3.1.1 convert() of every name raises TypeError
# 'first argument must be string or compiled pattern'. With pandas 2 the same call
# answers.
#
# Guess: convert('Ireland', to='ISO2') is 'IE'.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check country_converter==1.3.2 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import country_converter

try:
    seen = country_converter.convert("Ireland", to="ISO2")
except TypeError as error:
    seen = f"TypeError: {error}"
print(seen)
assert seen == "TypeError: first argument must be string or compiled pattern"
END
