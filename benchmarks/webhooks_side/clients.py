# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clients that send events to a server, each the next one when it has an answer.

Run as ``clients.py HOST PORT PATH COUNT CLIENTS``. Prints JSON: seconds in all, the
milliseconds of each answer, and how often each status came. The requests are made
before, and sent over plain sockets: the clients share the processors with the server.
"""

import json
import socket
import sys
import threading
import time
from collections import Counter

TIMEOUT_S = 60
FILLING = "x" * 900  # an order of a shop has about so much to say


def make_requests(host: str, path: str, count: int) -> list[bytes]:
    """Return the requests; each is about a record of its own."""
    requests = []
    mark = time.time_ns()
    for number in range(count):
        payload = {
            "topic": "full.changed",
            "event_id": f"{mark}-{number}",
            "data": {"id": f"B{number}", "name": f"Buyer {number}", "note": FILLING},
        }
        body = json.dumps(payload).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


def send(address: tuple[str, int], request: bytes) -> tuple[float, int]:
    """Send one request; return the milliseconds until its answer, and the status."""
    begun = time.perf_counter()
    with socket.create_connection(address, TIMEOUT_S) as connection:
        connection.sendall(request)
        answer = b""
        while block := connection.recv(65_536):
            answer += block
    return 1000 * (time.perf_counter() - begun), int(answer.split(b" ", 2)[1])


def main(host: str, port: str, path: str, count: str, clients: str) -> None:
    """Send all events, and print what came of it."""
    requests = make_requests(f"{host}:{port}", path, int(count))
    address = host, int(port)
    answers: list[tuple[float, int]] = []

    def work(share: list[bytes]) -> None:
        answers.extend([send(address, one) for one in share])

    shares = [requests[number :: int(clients)] for number in range(int(clients))]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {
        "seconds": time.perf_counter() - begun,
        "ms": [ms for ms, _status in answers],
        "statuses": Counter(status for _ms, status in answers),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
