"""Why somebody has a task, as sentences for the task page."""

from collections.abc import Mapping, Sequence

Explanation = Sequence[Mapping[str, str]]


def explain(explanation: Explanation, *, holder: str | None, reader: str) -> str:
    """The stored explanation as one paragraph, in the second person where `reader` is the holder of the task.

    `holder` is the assignee of now: where somebody else was chosen at hand-out, it says that the task was handed on.
    """
    facts = [entry for entry in explanation if entry["rule"] != "step"]
    if not facts:
        return ""
    chosen = chosen_of(explanation)
    sentences = [_sentence(entry, for_holder=reader == holder == chosen) for entry in facts]
    if holder is not None and holder != chosen:
        taken = "taken" if chosen is None else "handed on"
        sentences.append(f"It was {taken} since then.")
    return " ".join(sentences)


def chosen_of(explanation: Explanation) -> str | None:
    """The person chosen at hand-out; None when the task went to a group."""
    return next((entry["holder"] for entry in reversed(explanation) if "holder" in entry), None)


def _sentence(entry: Mapping[str, str], *, for_holder: bool) -> str:
    return entry["to_holder"] if for_holder and "to_holder" in entry else entry["fact"]
