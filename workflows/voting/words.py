"""A vote in words: its rules, how it goes, and what it came to."""

from collections.abc import Iterator

from workflows.voting.counting import (
    APPROVED,
    ESCALATED,
    HALF,
    NO_QUORUM,
    REJECTED,
    Amount,
    Rules,
    needed_to_vote,
)
from workflows.voting.models import ANNULLED, CALLED, CAST, DROPPED, PASSED, PRESENT, RECUSED, Vote
from workflows.voting.ordering import ABOVE, BELOW, BY_THE_CHAIR, TIED
from workflows.voting.settings import AFTERWARDS, KEEP, REPLACE, VoteSettings
from workflows.voting.standing import Standing, seats

OUTCOMES = {
    APPROVED: "Approved",
    REJECTED: "Rejected",
    ESCALATED: "Not decided here",
    NO_QUORUM: "Not decided: too few votes",
}
CHOICES = {"approve": "Approve", "reject": "Reject", "abstain": "Abstain"}
VOTED = {"approve": "approved", "reject": "rejected", "abstain": "abstained"}
STATES = {
    CALLED: "has not voted yet",
    PRESENT: "is there",
    CAST: "has voted",
    RECUSED: "is recused",
    ANNULLED: "must not vote here",
    DROPPED: "does not vote any more",
    PASSED: "did not answer in time",
}
_BECAUSE = {
    "veto": "One rejection that counts as a veto was enough.",
    "chair": "Whoever leads it has decided.",
    "no chair": "Whoever leads it did not decide.",
    ABOVE: "It stands above the line.",
    BELOW: "It stands below the line: there was no room left.",
    TIED: "It stood level with others at the line, where there was not room for all of them.",
    BY_THE_CHAIR: "It stood level with others at the line, and the order of whoever leads decided.",
    "quorum": "Too few have voted, and no more can.",
    "tie broken by the chair": "As many were for it as against it, and the vote of whoever leads it decided.",
    "tie": "As many were for it as against it.",
}
_TIES = {
    "chair": "At a tie the vote of whoever leads decides.",
    "approve": "A tie approves it.",
    "escalate": "A tie is not decided here.",
    "reject": "A tie rejects it.",
}


_TIES_AT_THE_LINE = {
    "chair": "Between cases that stand level at the line, the order of whoever leads decides.",
    "approve": "Cases that stand level at the line are all approved.",
    "escalate": "Cases that stand level at the line are not decided here.",
    "reject": "Cases that stand level at the line are all rejected.",
}


def describe_rules(settings: VoteSettings) -> list[str]:
    """The rules of a vote, each a sentence."""
    rules, pattern = settings.rules, settings.pattern
    if pattern.ranks:
        return list(_describe_ranking(settings))
    said = [pattern.help if pattern.in_turn or pattern.chair_decides else _describe_needs(rules)]
    if rules.quorum is not None and rules.quorum != settings.attendance:
        said.append(f"At least {_so_many(rules.quorum)} of those who are called have to vote; abstaining counts.")
    if settings.attendance is not None:
        said.append(f"At least {_so_many(settings.attendance)} have to be there before anybody votes.")
    if rules.needs is None and not pattern.chair_decides:
        said.append(_TIES[rules.tie])
    if not pattern.lapses:
        said.append(_describe_recusal(settings))
    said.append(_describe_ballot(settings))
    if settings.ends_when_due:
        said.append("At the deadline it ends with the votes there are.")
    return said


def describe_progress(standing: Standing) -> str:
    """How an open vote goes, without a word on who voted what: “2 of 5 have voted.”."""
    counted = standing.counted
    voted = sum(ballot.state == CAST for ballot in counted)
    called = sum(ballot.state not in (RECUSED, ANNULLED) for ballot in counted)
    text = f"{voted} of {called} {'has' if voted == 1 else 'have'} voted."
    if not standing.may_vote:
        return f"{standing.present} of {standing.attendance_needed} who have to be there are there. {text}"
    rules = standing.settings.rules
    needed = needed_to_vote(seats(counted), rules.quorum, keeps=rules.keeps_quorum)
    return f"{text} At least {needed} have to." if voted < needed and rules.quorum is not None else text


def describe_result(vote: Vote) -> str:
    """What a settled vote came to, with the counts: “Approved: 3 for it, 1 against it.”."""
    counts = vote.counts or {}
    if "place" in counts:
        place = f"Place {counts['place']} of {counts['of']}." if counts["place"] else "Not ranked."
        return f"{place} {_BECAUSE.get(vote.because or '', '')}".strip()
    parts = [f"{counts.get('approvals', 0)} for it", f"{counts.get('rejections', 0)} against it"]
    parts += [
        f"{counts[name]} {word}"
        for name, word in (("abstentions", "abstained"), ("recused", "recused"))
        if counts.get(name)
    ]
    because = "" if vote.settings.get("voteBallot") == "secret" and vote.because == "veto" else vote.because
    early = "The others did not have to vote: nothing they vote changes it." if counts.get("early") else ""
    return " ".join(filter(None, [f"{', '.join(parts)}.", _BECAUSE.get(because or "", ""), early]))


def _describe_ranking(settings: VoteSettings) -> Iterator[str]:
    yield settings.pattern.help
    if settings.capacity is not None:
        yield f"At most {_so_many(settings.capacity)} of the cases can be approved."
    if settings.budget is not None:
        yield f"Together they may cost {settings.budget:,} at most; the first that does not fit draws the line."
    if settings.rules.quorum is not None:
        yield f"At least {_so_many(settings.rules.quorum)} of those who are called have to rank a case."
    yield _TIES_AT_THE_LINE[settings.rules.tie]
    yield _describe_recusal(settings)
    if settings.ends_when_due:
        yield "At the deadline of the last case it ends, with what is ranked by then."


def _describe_needs(rules: Rules) -> str:
    of = "everybody who is called" if rules.of_members else "those who approve or reject"
    if rules.needs is None:
        return f"It is approved when more than half of {of} approve."
    if rules.needs.share == 1:
        return f"It is approved when all of {of} approve."
    return f"It is approved when at least {_so_many(rules.needs)} of {of} approve."


def _so_many(amount: Amount) -> str:
    if amount.number is not None:
        return str(amount.number)
    share = amount.share or HALF
    percent = share * 100
    return f"{percent.numerator} %" if percent.denominator == 1 else f"{share.numerator}/{share.denominator}"


def _describe_recusal(settings: VoteSettings) -> str:
    if settings.recusal == KEEP:
        return "Whoever is recused is not replaced, and as many have to vote as before."
    if settings.recusal == REPLACE:
        return "For whoever is recused somebody in reserve is called; without a reserve fewer vote."
    return "Whoever is recused is not replaced: fewer vote."


def _describe_ballot(settings: VoteSettings) -> str:
    if settings.is_secret:
        return "The ballot is secret: only the count is shown, and who voted what is erased once it is settled."
    if settings.ballot == AFTERWARDS:
        return "Who voted what is shown to those who vote, and to HR, once it is settled."
    return "Those who vote, and HR, see who voted what as the votes come in."
