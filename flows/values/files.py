# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of files and pictures, which Odoo takes as Base64."""

import base64 as python_base64
import binascii

from odoo.exceptions import UserError
from odoo.tools.image import Image, ImageProcess, image_data_uri

from ...components.modifier import Modifier
from .converter import UnfitValueError, converter

# First bytes of the pictures that Odoo keeps, and what follows later in some.
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
RESIZED = (b"\x89PNG", b"\xff\xd8\xff", b"BM")
UNRESIZED_SIZE = 1_000_000  # bytes
PNG, PNG_END = b"\x89PNG", b"IEND"
JPEG, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
SVG_SIZE = 1_000  # bytes in which the root element of an SVG stands


def _decode(value) -> bytes:
    """Return the bytes of a file: as they are, Base64, or a ``data:`` URL."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if not isinstance(value, str):
        raise UnfitValueError("bytes, Base64 or a data: URL")
    text = value.strip()
    if text[:5].lower() == "data:":
        head, _comma, text = text.partition(",")
        if not head.lower().endswith(";base64"):
            raise UnfitValueError("a data: URL with Base64")
    text = "".join(text.split()).translate(str.maketrans("-_", "+/"))
    try:
        text += "=" * (-len(text) % 4)
        return python_base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnfitValueError("Base64") from error


@converter
def base64(mapper, value, to_attr):
    """Return a file as the Base64 that Odoo takes: of bytes, Base64 or a data: URL.

    Odoo keeps a ``data:`` URL as garbage, and the form for URLs as an empty file.
    """
    return python_base64.b64encode(_decode(value))


@converter
def image(
    mapper, value, to_attr, max_unresized: int = UNRESIZED_SIZE, svg: bool = True
):
    """Return a picture as the Base64 that Odoo takes.

    Its first bytes are looked at: Odoo keeps an error page that a server sends in place
    of a picture, and takes a picture that was cut off for a whole one.

    Args:
        max_unresized: bytes that a WebP, SVG or GIF picture may have. Odoo resizes
            none of these: each of its five sizes is the whole picture.
        svg: whether an SVG drawing is taken, which is text that may hold anything.
    """
    try:
        data = _decode(value)
    except UnfitValueError as error:
        raise UnfitValueError(f"a picture: {error}") from error
    if not _is_picture(data, svg):
        drawing = " or SVG" if svg else ""
        raise UnfitValueError(f"a picture: PNG, JPEG, GIF, BMP, WebP{drawing}")
    if data.startswith(JPEG) and JPEG_END not in data[-64:]:
        raise UnfitValueError("a whole JPEG picture, and this one is cut off")
    if data.startswith(PNG) and PNG_END not in data:
        raise UnfitValueError("a whole PNG picture, and this one is cut off")
    if len(data) > max_unresized and not data.startswith(RESIZED):
        raise UnfitValueError(
            f"a PNG, JPEG or BMP picture, or one of {max_unresized} bytes at most: "
            f"Odoo does not resize this one, of {len(data)} bytes"
        )
    _check_resolution(data)
    return python_base64.b64encode(data)


def _check_resolution(data: bytes) -> None:
    """Refuse a picture that Odoo does not take, such as one of too many pixels."""
    try:
        ImageProcess(data)
    except (UserError, Image.DecompressionBombError) as error:
        raise UnfitValueError(f"a picture that Odoo takes: {error}") from error


def _is_picture(data: bytes, svg: bool) -> bool:
    if data.startswith(SIGNATURES):
        return True
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return True
    return svg and _is_drawing(data)


def _is_drawing(data: bytes) -> bool:
    start = data[:SVG_SIZE].lower()
    return b"<svg" in start and b"<html" not in start


def data_uri(field: str) -> Modifier:
    """Return a picture as a ``data:`` URI, for an export."""

    def modifier(self, record, to_attr):
        picture = record.with_context(bin_size=False)[field]
        return image_data_uri(picture) if picture else False

    return modifier
