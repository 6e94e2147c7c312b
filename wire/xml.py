# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""XML from other systems: read as a whole, without entities and without the network.

What is cut off or broken is an error, not a document that ends earlier: a parser that
recovers gives the last record as if it were whole.
"""

from typing import Any

from lxml import etree

from ..exception import FailedJobError

MAX_BYTES = 50_000_000
SHOWN = 80  # characters of a document in a message

OPTIONS: dict[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,  # the library's limits of depth, names and texts hold
    "recover": False,
    "remove_comments": True,  # one inside a text cuts it
    "remove_pis": True,
}


def parse_xml(content: bytes | str, max_bytes: int = MAX_BYTES) -> Any:
    """Return the root element of a document.

    All texts are texts: an article ``007`` keeps its zeros. The ``text`` of an empty
    element is None; ``findtext`` gives an empty text for it, and None where there is no
    such element.

    Args:
        content: the document; bytes in the encoding that it declares, UTF-8 by default.
        max_bytes: most bytes of it.

    Raises:
        FailedJobError: it is broken, larger than allowed, or uses entities.
    """
    data = content.encode() if isinstance(content, str) else content
    if len(data) > max_bytes:
        raise FailedJobError(
            f"Cannot read XML: it has {len(data)} bytes, and {max_bytes} are allowed. "
            "Ask for less at once."
        )
    # the text of a str is UTF-8 here, whatever it declares
    encoding = "utf-8" if isinstance(content, str) else None
    try:
        root = etree.fromstring(data, etree.XMLParser(encoding=encoding, **OPTIONS))
    except etree.XMLSyntaxError as error:
        raise FailedJobError(
            f"Cannot read XML: {error}. It begins with {data[:SHOWN]!r}. Ask the "
            "support of the other system."
        ) from error
    _refuse_entities(root)
    return root


def _refuse_entities(root: Any) -> None:
    """Refuse what entities would put in: files, other servers, or gigabytes.

    Raises:
        FailedJobError: some are declared or used.
    """
    declared = root.getroottree().docinfo.internalDTD
    names = (
        [one.name for one in declared.iterentities()] if declared is not None else []
    )
    names += [one.name for one in root.iter(etree.Entity)]
    if names:
        raise FailedJobError(
            f"Cannot read XML: it uses the entity {names[0]!r}, and none are allowed. "
            "Ask the other system for a document without a DTD."
        )
