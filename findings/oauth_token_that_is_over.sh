#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# oauthlib takes a token that is over at once for one without an end. oauthlib 4.0.1
# drops 'expires_in': 0 from the answer of a token request and sets no 'expires_at', as
# for an answer that has no such key; OAuth2Session then never refreshes it by itself.
# And an answer that is a page of HTML is MissingTokenError, which says nothing of the
# page.
#
# Guess: expires_in stays 0, expires_at is now; the HTML page is an error of the format.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check oauthlib==4.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import json

from oauthlib.oauth2.rfc6749.errors import MissingTokenError
from oauthlib.oauth2.rfc6749.parameters import parse_token_response

answer = {"access_token": "a", "token_type": "Bearer", "expires_in": 0}
seen = dict(parse_token_response(json.dumps(answer)))
print(seen)
assert seen == {"access_token": "a", "token_type": "Bearer"}
try:
    parse_token_response("<html><h1>Service unavailable</h1></html>")
except MissingTokenError as error:
    print(error)
    assert str(error) == "(missing_token) Missing access token parameter."
else:
    raise AssertionError("no error")
END
