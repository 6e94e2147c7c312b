#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# price-parser takes three decimals for thousands, also after a zero. price-parser
# 0.5.1 reads '0.125' as 125 and '0.500 kg' as 500, though no number begins with a
# group '0'; it drops the sign of '-5,00' and the brackets of '(5.00)'. Prices for a
# gram, weights and credit notes come in a thousand times too high, or with the wrong
# sign.
#
# Guess: 0.125, 0.500, -5.00, -5.00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
cd "$folder"
"$folder/venv/bin/python" - <<'END'
from price_parser import Price

texts = ["0.125", "0.500 kg", "-5,00 €", "(5.00)"]
seen = [str(Price.fromstring(text).amount) for text in texts]
print(dict(zip(texts, seen, strict=True)))
assert seen == ["125", "500", "5.00", "5.00"]
END
