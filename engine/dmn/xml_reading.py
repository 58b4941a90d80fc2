"""Reading decision model files from strangers: no entities, no network, no DTD, bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.dmn.errors import DmnFileError

XmlElement = etree._Element  # noqa: SLF001 - lxml has no public name for it
_LARGEST_FILE = 2_000_000
_DEEPEST = 150


def parse_xml(data: bytes | str) -> XmlElement:
    """The root element. Raises DmnFileError."""
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > _LARGEST_FILE:
        raise DmnFileError("This file is too large for a decision model.", hint="Split it into several models.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_without_text_declaration(raw, data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DmnFileError(f"This file is not readable XML ({error}).", hint="Export it again.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DmnFileError("This file holds a DOCTYPE, which is not allowed.", hint="Remove the line with <!DOCTYPE.")
    if local_name(root) != "definitions":
        raise DmnFileError("This file is not a decision model: it does not start with 'definitions'.")
    _check_depth(root)
    return root


def _without_text_declaration(raw: bytes, data: bytes | str) -> bytes:
    """A text was decoded before, so an encoding that it still declares is no longer true."""
    if isinstance(data, str) and data.lstrip().startswith("<?xml"):
        return data[data.index("?>") + 2 :].strip().encode()
    return raw


def _check_depth(root: XmlElement) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise DmnFileError("This file is nested too deeply.", hint="Split the decision into several.")


def local_name(element: XmlElement) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: XmlElement, *names: str) -> Iterator[XmlElement]:
    """The elements directly below, of these local names or all."""
    for child in element:
        if isinstance(child.tag, str) and (not names or local_name(child) in names):
            yield child


def child(element: XmlElement | None, *names: str) -> XmlElement | None:
    return None if element is None else next(children(element, *names), None)


def text_of(element: XmlElement | None) -> str:
    """What stands in the `text` element below, without blanks around it."""
    inner = child(element, "text")
    return (inner.text or "").strip() if inner is not None else ""
