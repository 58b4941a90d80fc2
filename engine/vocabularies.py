"""Files from elsewhere: what an XML file is if it is no BPMN 2.0, and how its expressions are written here."""

from lxml import etree

VOCABULARIES = {
    "http://schema.omg.org/spec/BPMN/": ("a draft of BPMN 2.0 from before it was final", "Save it as BPMN 2.0 XML."),
    "http://www.omg.org/spec/CMMN/": ("a case plan (CMMN)", "Draw the process of it as BPMN 2.0."),
    "http://www.omg.org/spec/DMN/": ("a decision model (DMN)", "Put it into decisions/ and call it .dmn."),
    "https://www.omg.org/spec/DMN/": ("a decision model (DMN)", "Put it into decisions/ and call it .dmn."),
    "http://www.wfmc.org/": ("XPDL, as tools for BPMN 1 write it", "Export it as BPMN 2.0 XML."),
    "http://docs.oasis-open.org/wsbpel/": ("BPEL", "Draw the process as BPMN 2.0."),
    "http://schemas.microsoft.com/visio/": ("a Visio drawing", "Export it from Visio as BPMN 2.0 XML."),
    "http://drools.org/": ("a process of an old jBPM", "Save it as BPMN 2.0 XML."),
    "urn:jbpm.org:jpdl": ("a process of an old jBPM (jPDL)", "Draw the process as BPMN 2.0."),
    "http://www.epml.de": ("an event-driven process chain (EPML)", "Draw the process as BPMN 2.0."),
    "http://graphml.graphdrawing.org/": ("a graph (GraphML)", "Draw the process as BPMN 2.0."),
    "http://www.w3.org/2000/svg": ("a picture (SVG)", "Export the diagram itself, as BPMN 2.0 XML."),
    "http://www.w3.org/1999/xhtml": ("a web page", "Export the diagram itself, as BPMN 2.0 XML."),
    "http://www.omg.org/spec/XMI": ("UML (XMI)", "Draw the process as BPMN 2.0."),
    "http://schema.omg.org/spec/XMI": ("UML (XMI)", "Draw the process as BPMN 2.0."),
}
ROOTS = {
    "AML": ("an ARIS database export (AML)", "Export the model from ARIS as BPMN 2.0 XML."),
    "html": VOCABULARIES["http://www.w3.org/1999/xhtml"],
}
BEGINNINGS = {
    b"PK\x03\x04": ("a zip archive, as Visio and Bizagi keep drawings", "Export the diagram as BPMN 2.0 XML."),
    b"{": ("JSON, as Signavio keeps diagrams", "Export the diagram as BPMN 2.0 XML."),
    b"%PDF": ("a PDF", "Export the diagram itself, as BPMN 2.0 XML."),
    b"\x89PNG": ("a picture", "Export the diagram itself, as BPMN 2.0 XML."),
    b"\xd0\xcf\x11\xe0": ("an old Office file", "Export the diagram as BPMN 2.0 XML."),
}


def name_vocabulary(root: etree._Element) -> tuple[str, str]:
    """What an XML file that is no BPMN 2.0 is, and what to do: two sentences."""
    name = etree.QName(root)
    known = next((said for space, said in VOCABULARIES.items() if (name.namespace or "").startswith(space)), None)
    known = known or ROOTS.get(name.localname)
    if known is None:
        return "This is not a BPMN 2.0 diagram.", "Save it as BPMN 2.0 XML."
    return f"This is {known[0]}, not a BPMN 2.0 diagram.", known[1]


def name_format(content: bytes) -> tuple[str, str] | None:
    """The same of a file that is no XML, as far as its first characters tell."""
    said = next((said for mark, said in BEGINNINGS.items() if content.lstrip().startswith(mark)), None)
    return None if said is None else (f"It is {said[0]}.", said[1])


def explain_processes(root: etree._Element, executable: int) -> tuple[str, str]:
    """Why a file has not the one process that runs, and what to do."""
    problem = f"A package needs exactly one executable process; this file has {executable}."
    names = [p.get("name") or p.get("id") or "process" for p in root.iterfind("{*}process")]
    if executable:
        return problem, 'Leave isExecutable="true" on the one that starts the cycle, and "false" on the others.'
    if names:
        which = "it" if len(names) == 1 else "the one that starts the cycle"
        listed = ", ".join(f"“{name[:60]}”" for name in names[:5])
        return problem, f'Set isExecutable="true" on {which} ({listed}).'
    kinds = {etree.QName(element).localname for element in root.iterchildren("{*}*")}
    for kind, what in (
        ("choreography", "A choreography tells who sends what to whom"),
        ("globalConversation", "A conversation tells who talks about what"),
        ("collaboration", "It shows pools and the messages between them"),
    ):
        if kind in kinds:
            return f"{problem} {what}, but no steps.", "Draw the steps of one of them as a process."
    return problem, 'Draw one, and set isExecutable="true" on it.'


def translate(text: str) -> str | None:
    """How to write an expression of another tool here; None if it looks like none."""
    bare = text.strip()
    if bare[:2] in ("${", "#{"):
        inner = bare[2:].removesuffix("}").replace("==", "=").replace("&&", " and ").replace("||", " or ")
        if "!" in inner.replace("!=", ""):
            return "Expressions are FEEL: they stand without ${ }, and “not” is written not(…)."
        return f"Expressions are FEEL and stand without ${{ }}, for instance: {' '.join(inner.split())[:200]}"
    return None
