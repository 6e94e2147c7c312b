# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Protocol between a measured process and the benchmark: lines of JSON.

It reads a line of JSON, ``[method, argument…]``, and answers with one.
"""

import json
import sys


def serve(contestant: object) -> None:
    """Do what the lines on standard input say, until it is closed."""
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        answer = getattr(contestant, name)(*arguments)
        print(json.dumps(answer), flush=True)
