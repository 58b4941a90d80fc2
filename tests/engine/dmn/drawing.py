"""Writing small decision models for tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
Row = Sequence[str]


def model(*elements: str, name: str = "test", namespace: str = "test") -> str:
    start = f'<definitions xmlns="{NAMESPACE}" id="d" name="{name}" namespace="{namespace}">'
    return f"{start}{''.join(elements)}</definitions>"


def input_data(name: str, type_: str = "") -> str:
    reference = f' typeRef="{type_}"' if type_ else ""
    return f'<inputData id="{name}" name="{name}"><variable name="{name}"{reference}/></inputData>'


def decision(id_: str, logic: str, *, needs: Sequence[str] = (), name: str = "", type_: str = "") -> str:
    """`needs` are ids: of inputs bare, of decisions with a leading "!", of knowledge models with a leading "&"."""
    reference = f' typeRef="{type_}"' if type_ else ""
    arrows = "".join(_arrow(need) for need in needs)
    start = f'<decision id="{id_}" name={quoteattr(name or id_)}><variable name="{id_}"{reference}/>'
    return f"{start}{arrows}{logic}</decision>"


def _arrow(need: str) -> str:
    if need.startswith("!"):
        return f'<informationRequirement><requiredDecision href="#{need[1:]}"/></informationRequirement>'
    if need.startswith("&"):
        return f'<knowledgeRequirement><requiredKnowledge href="#{need[1:]}"/></knowledgeRequirement>'
    return f'<informationRequirement><requiredInput href="#{need}"/></informationRequirement>'


def text(expression: str) -> str:
    return f"<literalExpression><text>{escape(expression)}</text></literalExpression>"


def column(expression: str, type_: str = "", *, label: str = "", allowed: str = "") -> str:
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    reference = f' typeRef="{type_}"' if type_ else ""
    shown = f" label={quoteattr(label)}" if label else ""
    return (
        f"<input{shown}><inputExpression{reference}><text>{escape(expression)}</text></inputExpression>{values}</input>"
    )


def output(name: str, type_: str = "", *, values: str = "", default: str = "") -> str:
    listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    reference = f' typeRef="{type_}"' if type_ else ""
    return f'<output name="{name}"{reference}>{listed}{fallback}</output>'


def table(policy: str, columns: Sequence[str], outputs: Sequence[str], rows: Sequence[Row]) -> str:
    """`policy` may carry an aggregation: "COLLECT+SUM"."""
    hit, _, aggregation = policy.partition("+")
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    lines = "".join(_row(row, len(columns)) for row in rows)
    return f'<decisionTable hitPolicy="{hit}"{extra}>{"".join(columns)}{"".join(outputs)}{lines}</decisionTable>'


def _row(row: Row, inputs: int) -> str:
    cells = [
        f"<{tag}><text>{escape(cell)}</text></{tag}>"
        for at, cell in enumerate(row)
        for tag in ("inputEntry" if at < inputs else "outputEntry",)
    ]
    return f"<rule>{''.join(cells)}</rule>"
