"""Reading XML that anybody may have written: no DTD, no entities, no network, limits on size and depth."""

from lxml import etree

from engine.errors import Unreadable

MAX_BYTES = 5_000_000
MAX_DEPTH = 200
MAX_ELEMENTS = 30_000


def read_xml(content: bytes, name: str, *, keep_comments: bool = False) -> etree._Element:
    """The root element of `content`; with `keep_comments` also what the file says beside its elements.

    Raises Unreadable, naming the file `name`, when it is too large, not XML, nested too deeply, or declares a DTD.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(name, f"is larger than {MAX_BYTES // 1_000_000} MB.", "Remove pictures or split the diagram.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not keep_comments,
        remove_pis=not keep_comments,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(name, f"is not readable XML: {error.msg}.", "Export it again from your BPMN tool.") from None
    except ValueError:
        raise Unreadable(name, "is not readable XML.", "Export it again from your BPMN tool.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(name, "declares a DOCTYPE, which is not allowed.", "Remove that line.")
    elements, depth = _measure(root)
    if elements > MAX_ELEMENTS:
        raise Unreadable(name, f"has {elements} elements; up to {MAX_ELEMENTS} are read.", "Split the diagram.")
    if depth > MAX_DEPTH:
        raise Unreadable(name, f"is nested more than {MAX_DEPTH} levels deep.", "Flatten its sub-processes.")
    return root


def line_of(element: etree._Element) -> int:
    """The line of the file an element stands on; 0 if that is not known."""
    return element.sourceline or 0  # type: ignore[return-value] # lxml-stubs has no number here


def _measure(root: etree._Element) -> tuple[int, int]:
    """How many elements there are, and how deep they go."""
    elements = depth = deepest = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        elements += event == "start"
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return elements, deepest
