# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of downloads: in time, up to a size, from public addresses only.

The servers are real, on 127.0.0.1, which the tests allow.
"""

import os
import socket
import ssl
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.tests import BaseCase, tagged

from ..exception import FailedJobError, IDMissingInBackend, NetworkRetryableError
from ..magic.web.download import MAX_REDIRECTS, Limits, read_url
from ..wire.address import read_networks

LOCAL = "127.0.0.1"
CONTENT = bytes(range(256)) * 4
BLOCK = b"x" * 65_536


class Handler(BaseHTTPRequestHandler):
    """Answers a path as its name says."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        name = self.path.split("?")[0].strip("/").replace("-", "_")
        getattr(self, f"answer_{name}", self.answer_status)()

    def answer_file(self):
        self.head(200, {"Content-Length": len(CONTENT)})
        self.wfile.write(CONTENT)

    def answer_old(self):
        self.protocol_version = "HTTP/1.0"  # the content ends with the connection
        self.head(200, {})
        self.wfile.write(CONTENT)
        self.close_connection = True

    def answer_chunks(self):
        self.head(200, {"Transfer-Encoding": "chunked"})
        for start in range(0, len(CONTENT), 100):
            block = CONTENT[start : start + 100]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        self.wfile.write(b"0\r\n\r\n")

    def answer_endless(self):
        self.head(200, {"Transfer-Encoding": "chunked"})
        while True:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK))

    def answer_large(self):
        self.head(200, {"Content-Length": 10**12})

    def answer_cut(self):
        self.head(200, {"Content-Length": len(CONTENT)})
        self.wfile.write(CONTENT[:100])
        self.close_connection = True

    def answer_packed(self):
        self.head(200, {"Content-Length": 2, "Content-Encoding": "gzip"})
        self.wfile.write(b"xx")

    def answer_silent(self):
        self.server.is_over.wait()

    def answer_drops(self):
        self.head(200, {"Content-Length": 1000})
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b".")

    def answer_drops_in_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b".")

    def answer_go(self):
        location = self.path.partition("?")[2]
        self.head(302, {"Location": location, "Content-Length": 0})

    def answer_round(self):
        self.head(307, {"Location": "round", "Content-Length": 0})

    def answer_status(self):
        self.head(int(self.path.strip("/").split("?")[0]), {"Content-Length": 0})

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def log_message(self, *_args):
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        self.is_over = threading.Event()
        super().__init__((LOCAL, 0), Handler)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    def handle_error(self, _request, _address):
        """The client goes when it has had enough."""

    def stop(self):
        self.is_over.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


@tagged("post_install", "-at_install")
class DownloadCase(BaseCase):
    scheme = "http"

    def setUp(self):
        super().setUp()
        self.server = Server()
        self.secure()
        self.server.thread.start()
        self.addCleanup(self.server.stop)
        self.patch(Handler, "asked", [])

    def secure(self):
        """Make the server speak TLS, or not."""

    def url(self, path="file", host=LOCAL):
        return f"{self.scheme}://{host}:{self.server.server_port}/{path}"

    def read(self, url, allowed=LOCAL, **limits):
        return read_url(url, Limits(networks=read_networks(allowed), **limits))


class TestDownload(DownloadCase):
    def test_content_is_read_however_it_comes(self):
        for path in ("file", "old", "chunks"):
            with self.subTest(path):
                self.assertEqual(self.read(self.url(path)), CONTENT)

    def test_path_and_query_are_sent_as_they_are(self):
        self.read(self.url("file?a=1&b=ü b%20c"))

        self.assertEqual(
            Handler.asked, ["/file?a=1&b=%C3%BC%20b%20c".replace(" ", "%20")]
        )

    def test_redirect_is_followed(self):
        self.assertEqual(self.read(self.url("go?/file")), CONTENT)
        self.assertEqual(self.read(self.url(f"go?{self.url()}")), CONTENT)

    def test_endless_redirect_ends(self):
        with self.assertRaisesRegex(FailedJobError, "redirected more than 5 times"):
            self.read(self.url("round"))

        self.assertEqual(len(Handler.asked), MAX_REDIRECTS + 1)

    def test_too_much_is_refused_before_it_came(self):
        for path in ("endless", "large"):
            with self.subTest(path):
                with self.assertRaisesRegex(FailedJobError, "more than 1000000 bytes"):
                    self.read(self.url(path), max_bytes=1_000_000)

    def test_size_that_is_allowed_is_read(self):
        size = len(CONTENT)

        self.assertEqual(self.read(self.url(), max_bytes=size), CONTENT)
        with self.assertRaises(FailedJobError):
            self.read(self.url(), max_bytes=size - 1)

    def test_server_that_takes_its_time_is_left(self):
        for path in ("silent", "drops", "drops-in-head"):
            with self.subTest(path):
                start = time.monotonic()
                with self.assertRaises(NetworkRetryableError):
                    self.read(self.url(path), timeout_s=0.3)
                self.assertLess(time.monotonic() - start, 3)

    def test_answer_that_breaks_off_may_come_whole_later(self):
        with self.assertRaisesRegex(NetworkRetryableError, "IncompleteRead"):
            self.read(self.url("cut"))

    def test_packed_content_is_no_content(self):
        with self.assertRaisesRegex(FailedJobError, "encoded as 'gzip'"):
            self.read(self.url("packed"))

    def test_status_says_what_happens_next(self):
        cases = {
            404: IDMissingInBackend,
            410: IDMissingInBackend,
            429: NetworkRetryableError,
            500: NetworkRetryableError,
            522: NetworkRetryableError,
            503: NetworkRetryableError,
            401: FailedJobError,
            304: FailedJobError,
        }
        for status, error in cases.items():
            with self.subTest(status=status):
                with self.assertRaisesRegex(error, f"answered {status}"):
                    self.read(self.url(str(status)))

    def test_nobody_there_may_be_there_later(self):
        with socket.socket() as probe:
            probe.bind((LOCAL, 0))
            port = probe.getsockname()[1]
            with self.assertRaises(NetworkRetryableError):
                self.read(f"http://{LOCAL}:{port}/")

    def test_what_is_no_url_is_refused(self):
        cases = [
            "",
            "ftp://a/b",
            "file:///etc/passwd",
            "/a",
            "http://",
            "http://a:b/",
            5,
        ]
        for url in [*cases, None, "http://ada:hunter2@example.com/"]:
            with self.subTest(url=url):
                with self.assertRaisesRegex(FailedJobError, "Cannot read") as caught:
                    self.read(url)
                self.assertNotIn("hunter2", str(caught.exception))

    def test_message_has_no_secret(self):
        with self.assertRaises(FailedJobError) as caught:
            self.read(self.url("401?token=hunter2"))

        self.assertNotIn("hunter2", str(caught.exception))


class TestPrivateAddress(DownloadCase):
    def test_private_address_is_not_even_asked(self):
        for host in (LOCAL, "localhost"):
            with self.subTest(host), self.assertRaises(FailedJobError):
                self.read(self.url(host=host), allowed="")

        self.assertEqual(Handler.asked, [])

    def test_redirect_to_a_private_address_is_refused(self):
        with self.assertRaisesRegex(FailedJobError, "its address is 127.0.0.9"):
            self.read(self.url(f"go?{self.url(host='127.0.0.9')}"), allowed=LOCAL)

    def test_name_is_resolved_once_and_connected_to_as_checked(self):
        """A name server that gives another address to each who asks gains nothing."""
        real = socket.getaddrinfo

        def answer(host, port, *args, **kwargs):
            if host != "shop.example":
                return real(host, port, *args, **kwargs)
            names.append(host)
            address = LOCAL if len(names) == 1 else "10.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        names = []
        with patch.object(socket, "getaddrinfo", answer):
            content = self.read(self.url(host="shop.example"))

        self.assertEqual((content, names), (CONTENT, ["shop.example"]))

    def test_proxy_of_the_environment_is_not_asked(self):
        with patch.dict(os.environ, http_proxy="http://127.0.0.1:1", no_proxy=""):
            self.assertEqual(self.read(self.url()), CONTENT)


class TestSecureDownload(DownloadCase):
    scheme = "https"

    def secure(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate = Path(folder.name) / "certificate.pem"
        self.certificate.write_bytes(make_certificate("shop.example"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def test_certificate_is_that_of_the_name(self):
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (LOCAL, 0))]
        real = socket.getaddrinfo

        def answer(host, *args, **kwargs):
            is_shop = host == "shop.example"
            return answers if is_shop else real(host, *args, **kwargs)

        with (
            patch.dict(os.environ, SSL_CERT_FILE=str(self.certificate)),
            patch.object(socket, "getaddrinfo", answer),
        ):
            self.assertEqual(self.read(self.url(host="shop.example")), CONTENT)
            with self.assertRaisesRegex(FailedJobError, "certificate is refused"):
                self.read(self.url())

    def test_certificate_that_nobody_signed_is_refused(self):
        with self.assertRaisesRegex(FailedJobError, "certificate is refused"):
            self.read(self.url())


def make_certificate(host: str) -> bytes:
    """Return a key and a certificate of a host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return certificate.public_bytes(pem) + key.private_bytes(
        pem,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
