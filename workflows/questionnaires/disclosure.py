"""Who may read which answer, and from when: the contract written into a form.

`"properties": {"visibleTo": "subject manager approver calibration hr", "from": "released"}` stands on the form, a group
or a field; what is missing is taken from the group and the form around it. Its author reads an answer always. The
others named read it once it is submitted, but the subject only once the submission is in the state `from`. Without
any contract an answer is for its author and HR.
"""

from workflows.questionnaires.components import Disclosure, Field, State
from workflows.questionnaires.settings import Settings

STATES: tuple[State, ...] = ("draft", "submitted", "calibrated", "released")
READERS = ("subject", "manager", "approver", "calibration", "hr")
HELD_BY_SEVERAL = {"approver", "hr"}
# A contract that forgets to say when shows the subject nothing before the release.
DEFAULT = Disclosure(frozenset({"hr"}), "released")


def read_disclosure(settings: Settings, around: Disclosure | None) -> Disclosure | None:
    """The contract of a component, completed by the one `around` it."""
    properties = settings.inner("properties")
    if not {"visibleTo", "from"} & properties.raw.keys():
        return around
    contract = around or DEFAULT
    readers, since = contract.visible_to, contract.since
    if "visibleTo" in properties.raw:
        readers = frozenset(properties.text("visibleTo").split())
        if unknown := sorted(readers - set(READERS)):
            settings.complain(f'"visibleTo" names {", ".join(unknown)}.', f"Use these: {', '.join(READERS)}.")
    if "from" in properties.raw:
        since = state_named(properties.one_of("from", STATES[1:]))
    return Disclosure(readers, since)


def state_named(name: str) -> State:
    return next(state for state in STATES if state == name)


def may_read(field: Field, *, viewer_roles: set[str], state: State) -> bool:
    """True when somebody with these roles may read the answer to `field` while the submission is in `state`.

    `viewer_roles` holds what the viewer is in this case: `author` for who wrote it, and any of READERS.
    """
    if "author" in viewer_roles:
        return True
    contract = field.disclosure or DEFAULT
    readers = contract.visible_to & viewer_roles
    if readers == {"subject"}:
        return STATES.index(state) >= STATES.index(contract.since)
    return bool(readers) and state != "draft"


WORDS = {
    "subject": "the person reviewed",
    "manager": "the manager",
    "approver": "those who approve",
    "calibration": "the calibration group",
    "hr": "HR",
}
READ_SINCE = {
    "submitted": "as soon as it is handed in",
    "calibrated": "once the ratings are calibrated",
    "released": "once the results are released",
}
"""From when the subject of a case reads an answer, by the state of the submission."""
_MOMENTS = {
    "submitted": "once you submit it",
    "calibrated": "once the ratings are calibrated",
    "released": "once the results are released",
}


def describe_disclosure(contract: Disclosure | None, author_roles: set[str]) -> str:
    """Who will read an answer, told to its author, who is `author_roles` in the case.

    An author who approves or is of HR is not the only one, so that the others of that role are told of all the same.
    """
    contract = contract or DEFAULT
    others = [role for role in READERS if role in contract.visible_to - (author_roles - HELD_BY_SEVERAL)]
    later = "subject" in others and contract.since != "submitted"
    soon = [WORDS[role] for role in others if not (later and role == "subject")]
    parts = [f"{_enumerate(soon)} {_MOMENTS['submitted']}"] if soon else []
    if later:
        parts.append(f"{WORDS['subject']} {_MOMENTS[contract.since]}")
    return f"Read by {'; by '.join(parts)}." if parts else "Nobody but you reads this."


def _enumerate(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
