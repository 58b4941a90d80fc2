"""The way to a situation in words: the choices that led there."""

from collections.abc import Iterable, Sequence

from engine.diagram import Flow, Step
from engine.soundness.net import Net
from engine.soundness.space import Happening, Marking, Space

MOST_CHOICES = 3
MOST_NAMES = 4
CHOICES = ("exclusiveGateway", "inclusiveGateway")


def say_when(space: Space, marking: Marking, bad: Iterable[Marking], problem: str) -> str:
    """The problem as a sentence that begins with the choices which lead to `marking`, one of the situations `bad`.

    A choice is told only if another one would have left a way past all of them.
    """
    doomed = _leading_to(space, bad)
    choices = [
        _choice(space.net, happened)
        for before, happened in space.way_to(marking)
        if happened.firing.chosen and _could_avoid(space, before, happened, doomed)
    ]
    if not choices:
        return problem[0].upper() + problem[1:]
    return f"When {' and '.join(choices[-MOST_CHOICES:])}, {problem}"


def say_what_is_missing(space: Space, marking: Marking, missing: Iterable[int]) -> str:
    """What a join waits for in vain: a way out of a choice that was not taken, or the steps before it."""
    net, missing = space.net, list(missing)
    for place in missing:
        source, flow = net.sources[place], net.flows[place]
        if source is not None and flow is not None and source.kind in CHOICES and _is_split(net, source):
            return f"{_way(net, flow)} out of “{source.name}”, which is never taken"
    came_by = {happened.firing.step for _before, happened in space.way_to(marking)}
    awaited = steps_before(net, missing)
    again = " again" if any(step.id in came_by for step in awaited) else ""
    return f"{name_all(awaited)}, which is never reached{again}"


def _is_split(net: Net, source: Step) -> bool:
    return sum(other is source for other in net.sources) > 1


def _could_avoid(space: Space, before: Marking, happened: Happening, doomed: set[Marking]) -> bool:
    others = [one.after for one in space.following[before] if one.stop is happened.stop]
    return any(after not in doomed for after in others)


def _leading_to(space: Space, bad: Iterable[Marking]) -> set[Marking]:
    """The situations from which one of `bad` can be come to."""
    before: dict[Marking, list[Marking]] = {}
    for marking, following in space.following.items():
        for one in following:
            before.setdefault(one.after, []).append(marking)
    seen: set[Marking] = set()
    pending = list(bad)
    while pending:
        marking = pending.pop()
        if marking not in seen:
            seen.add(marking)
            pending.extend(before.get(marking, ()))
    return seen


def _choice(net: Net, happened: Happening) -> str:
    step, chosen = happened.stop.step, happened.firing.chosen
    flows = [one for one in chosen if isinstance(one, Flow)]
    events = [one for one in chosen if isinstance(one, Step)]
    said = []
    if flows and step.kind == "eventBasedGateway":
        said.append(f"“{_target(net, happened).name}” happens first")
    elif flows:
        taken = " and ".join(_way(net, flow) for flow in flows)
        said.append(f"{taken} {'is' if len(flows) == 1 else 'are'} taken at “{step.name}”")
    said += [f"“{one.name}” {'is done in time' if one is step else 'happens'}" for one in events]
    return " and ".join(said)


def _way(net: Net, flow: Flow) -> str:
    if flow.name != flow.id:
        return f"“{flow.name}”"
    target = next(step for step in net.targets if step.id == flow.target)
    return f"the way to “{target.name}”"


def _target(net: Net, happened: Happening) -> Step:
    return net.targets[happened.firing.puts[0]]


def steps_before(net: Net, places: Iterable[int]) -> list[Step]:
    """The steps that `places` come from; gateways are looked through."""
    found: dict[str, Step] = {}
    seen: set[int] = set()
    pending = list(places)[::-1]
    while pending:
        place = pending.pop()
        source = net.sources[place]
        if place in seen or source is None:
            continue
        seen.add(place)
        if source.kind.endswith("Gateway"):
            pending.extend(at for at, target in enumerate(net.targets) if target is source)
        else:
            found.setdefault(source.id, source)
    return list(found.values())


def name_all(steps: Sequence[Step]) -> str:
    """The names of steps as part of a sentence."""
    names = list(dict.fromkeys(f"“{step.name}”" for step in steps))
    if not names:
        return "another way"
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"{len(names) - MOST_NAMES + 1} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
