# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of refused private addresses, in every notation."""

import socket
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..exception import FailedJobError, InvalidUsageError
from ..wire.address import find_addresses, read_networks

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep their secrets
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::1",
]
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


def resolving_to(*addresses):
    """Let every name have these addresses."""
    answers = [(None, None, None, "", (one, 80)) for one in addresses]
    return patch.object(socket, "getaddrinfo", return_value=answers)


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    def find(self, *addresses, allowed=""):
        with resolving_to(*addresses):
            return find_addresses("shop.example", 80, read_networks(allowed))

    def test_private_addresses_are_refused(self):
        for address in PRIVATE:
            with self.subTest(address), self.assertRaises(FailedJobError):
                self.find(address)

    def test_public_addresses_are_found(self):
        for address in PUBLIC:
            with self.subTest(address):
                self.assertEqual(self.find(address), [address])

    def test_private_address_beside_a_public_one_is_left_out(self):
        self.assertEqual(self.find("10.0.0.1", "8.8.8.8"), ["8.8.8.8"])

    def test_private_network_can_be_allowed(self):
        allowed = "192.168.0.0/16, 10.0.0.1"

        self.assertEqual(self.find("10.0.0.1", allowed=allowed), ["10.0.0.1"])
        self.assertEqual(
            self.find("::ffff:192.168.1.1", allowed=allowed), ["::ffff:192.168.1.1"]
        )
        with self.assertRaises(FailedJobError):
            self.find("10.0.0.2", allowed=allowed)

    def test_refusal_names_host_address_and_remedy(self):
        expected = (
            "Cannot connect to 'shop.example': its address is 10.0.0.1, expected a "
            "public one. Take another host, or let an administrator add the network to "
            "system parameter 'connector.url_private_networks'."
        )
        with self.assertRaises(FailedJobError) as caught:
            self.find("10.0.0.1")

        self.assertEqual(str(caught.exception), expected)

    def test_number_is_an_address_as_well(self):
        for host in ("2130706433", "0x7f.1", "localhost"):
            with self.subTest(host), self.assertRaises(FailedJobError):
                find_addresses(host, 80, [])

    def test_parameter_that_cannot_be_read_is_told(self):
        expected = "parameter 'connector.url_private_networks': '10.0.0' does not"
        with self.assertRaisesRegex(InvalidUsageError, expected):
            read_networks("10.0.0")
