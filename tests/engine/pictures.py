"""Pictures for tiny diagrams: what they are about is how they run, so their files leave the picture out."""

from collections.abc import Mapping

from lxml import etree

from engine.diagram import BPMN

HEAD = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:dd="http://www.omg.org/spec/DD/20100524/DI">'
    '<di:BPMNPlane id="plane">'
)
TAIL = "</di:BPMNPlane></di:BPMNDiagram>"
SHAPE = '<di:BPMNShape bpmnElement="{}"><dc:Bounds x="{}" y="0" width="100" height="80" /></di:BPMNShape>'
EDGE = '<di:BPMNEdge bpmnElement="{}"><dd:waypoint x="0" y="0" /><dd:waypoint x="100" y="0" /></di:BPMNEdge>'


def with_pictures(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The package with a picture in each diagram that can be read and has none: every step in one row."""
    return {path: draw_picture(content) if path.endswith(".bpmn") else content for path, content in files.items()}


def draw_picture(content: bytes) -> bytes:
    """The same file with a picture."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError):
        return content
    place = content.rfind(b"</")
    if b"BPMNDiagram" in content or place < 0 or root.tag != f"{{{BPMN}}}definitions":
        return content
    return content[:place] + (HEAD + _parts(root) + TAIL).encode() + content[place:]


def _parts(root: etree._Element) -> str:
    parts = []
    for at, element in enumerate(root.iterfind(f".//{{{BPMN}}}process//*[@id]")):
        is_flow = etree.QName(element).localname == "sequenceFlow"
        parts.append(EDGE.format(element.get("id")) if is_flow else SHAPE.format(element.get("id"), 150 * at))
    return "".join(parts)
