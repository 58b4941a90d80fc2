"""What people call what a diagram names, as far as the engine can tell: as it is written."""

from collections.abc import Mapping

from engine.difference.change import quote


class Wording:
    """The words that the sentences of a difference are made with.

    A layer above knows better what conditions, people and settings are called, and says so in a class of its own. Of
    what nobody knows a word for, each of these gives what stands in the diagram, in quotation marks.
    """

    def condition(self, text: str) -> str:
        """What has to hold: “rating is at least 4”, without quotation marks where these are words."""
        return quote(text)

    def person(self, settings: Mapping[str, str]) -> str:
        """Who a step goes to, from its settings `actor` and `actorArgument`."""
        return quote(", ".join(settings[key] for key in ("actor", "actorArgument") if settings.get(key)) or "nobody")

    def label(self, setting: str) -> str:
        """What people are asked when they choose a setting; "" where there is no such question."""
        return ""

    def value(self, setting: str, text: str | None) -> str:
        """What was chosen, in quotation marks where it is a name; None where nothing was."""
        return "nothing" if text is None else quote(text)

    def type(self, name: str) -> str:
        """A type of values."""
        return name
