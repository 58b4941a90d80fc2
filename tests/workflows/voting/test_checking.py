"""What is said about votes before a process is published: committees that cannot decide, and people who must not."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from engine import InvalidDiagram, NotAllowed, tasks
from engine.definitions import inspect
from engine.diagram import Step
from tests.engine.drawing import draw, person, sub
from tests.engine.pictures import with_pictures
from tests.workflows.routing.cast import NOW, TODAY, join, sign_up
from tests.workflows.routing.diagrams import publish
from tests.workflows.voting.electing import APPROVE, Case, vote_step
from workflows.people.committees import found_committee, give_seat
from workflows.voting.casting import cast

PAY = {"reward_kind": "bonus"}


def refused(session: Session, step: Step) -> str:
    """What is said against publishing a process with this step; nothing where it is published."""
    try:
        publish(session, step)
    except InvalidDiagram as invalid:
        return str(invalid)
    return ""


def found(session: Session, flows: str, *elements: str) -> list[str]:
    """What stands against publishing a process that is drawn so."""
    package = with_pictures(draw(flows, *elements))
    return [str(finding) for finding in inspect(session, package, NOW).errors]


class TestCommittee:
    def test_that_there_is_not_is_named_with_those_there_are(self, company: Session) -> None:
        said = refused(company, vote_step("majority", argument="promotion"))
        assert "Decide on the promotion (decide): There is no committee “promotion”." in said
        assert "Make it on the page Committees, or choose one of: promotions." in said

    def test_without_seats_is_refused(self, company: Session) -> None:
        found_committee(company, "Bonuses")
        said = refused(company, vote_step("majority", argument="bonuses"))
        assert "Nobody has a seat in the committee “Bonuses”. Give its seats on the page Committees" in said

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"voteQuorum": "6"}, "6 have to vote, and the committee “Promotions” has 5 members. Give it more seats"),
            ({"voteAttendance": "6"}, "6 have to be there before anybody votes, and the committee “Promotions” has 5"),
            (
                {"voteNeeds": "6"},
                "6 have to approve, and the committee “Promotions” has 5 members, whose votes weigh 5.",
            ),
        ],
    )
    def test_that_is_too_small_for_what_is_asked_is_refused(
        self, company: Session, settings: dict[str, str], said: str
    ) -> None:
        # given: five members; who is in reserve does not count
        assert said in refused(company, vote_step("majority", **settings))
        # when
        give_seat(company, "promotions", "ben", day=TODAY)
        # then
        assert refused(company, vote_step("majority", **settings)) == ""

    def test_that_nobody_leads_is_refused_where_whoever_leads_decides(self, company: Session) -> None:
        give_seat(company, "promotions", "mara", day=TODAY)
        for step in (vote_step("advice"), vote_step("majority", voteTie="chair")):
            assert "nobody leads the committee “Promotions”" in refused(company, step)
        assert refused(company, vote_step("majority", voteTie="reject")) == ""

    def test_is_not_asked_for_what_a_share_of_it_can_do(self, company: Session) -> None:
        assert refused(company, vote_step("committee", voteQuorum="80%", voteNeeds="2/3")) == ""


class TestPay:
    @pytest.mark.parametrize(
        ("actor", "why"),
        [("peers", "competes for the same money"), ("project peers", "a peer, too"), ("direct reports", "depend")],
    )
    def test_is_never_voted_on_by_whoever_is_always_in_conflict(self, company: Session, actor: str, why: str) -> None:
        step = replace(vote_step("quorum", actor, ""), sets=(("amount", "approvals"),))
        said = refused(company, step)
        assert "It is about pay." in said
        assert why in said
        assert "Let a committee, the managers above or HR decide" in said

    def test_is_what_comes_after_a_proposal_wherever_that_is_drawn(self, company: Session) -> None:
        # given
        propose = person("propose", actor="manager", sets="reward_kind = outcome")
        ask = person("ask", actor="peers", vote="quorum")
        # when / then
        assert any("It is about pay" in one for one in found(company, "start > propose > ask > end", propose, ask))
        inside = sub("case", "start1 > ask > end1", ask)
        assert any("It is about pay" in one for one in found(company, "start > propose > case > end", propose, inside))

    def test_is_not_at_stake_before_anything_is_proposed(self, company: Session) -> None:
        propose = person("propose", actor="manager", sets="reward_kind = outcome")
        ask = person("ask", actor="peers", vote="quorum")
        assert found(company, "start > ask > propose > end", propose, ask) == []
        assert refused(company, vote_step("quorum", "peers", "")) == ""


class TestPeersAtRunTime:
    """What the diagram does not show is held by the gate: here the case says that it is about a bonus."""

    def test_r9_peers_get_no_ballot_about_pay(self, company: Session) -> None:
        sign_up(company, "rita", "hr")
        case = Case(company, vote_step("quorum", "peers", ""), **PAY)
        assert case.open() == ["a group"]

    def test_r9_who_works_in_the_same_project_is_a_peer(self, company: Session) -> None:
        # given: Ann works with Omar and Mara, who is above her, in a project that Lena leads
        join(company, "Apollo", "ann", "omar", "mara", lead="lena")
        # then: Paul, who is in reserve, votes in place of Omar
        assert Case(company, vote_step("majority"), **PAY).open() == ["mara", "rita", "lena", "hugo", "paul"]

    def test_r9_a_member_who_is_a_peer_is_not_called(self, company: Session) -> None:
        # given: Lena and Omar have the manager whom Ben has, too
        case = Case(company, vote_step("majority"), "ben", **PAY)
        # then
        assert case.open() == ["mara", "rita", "hugo"]

    def test_r9_nobody_hands_a_ballot_about_pay_to_a_peer(self, company: Session) -> None:
        case = Case(company, vote_step("majority"), "ben", **PAY)
        with pytest.raises(NotAllowed, match="peers do not vote on each other’s pay"):
            tasks.reassign(company, case.task("hugo").id, to="lena", by="rita", reason="Hugo is busy.", now=NOW)

    def test_r9_whoever_becomes_a_peer_cannot_vote_any_more(self, company: Session) -> None:
        # given: a ballot that was handed out, and its holder has the manager of the subject by now
        case = Case(company, vote_step("majority"), "ben")
        task = case.task("lena")
        task.explanation = [{**task.explanation[0], "stakes": "decides pay"}, *task.explanation[1:]]
        company.flush()
        # when / then
        with pytest.raises(NotAllowed, match="peers do not vote on each other’s pay"):
            cast(company, task.id, APPROVE, by="lena", now=NOW)

    def test_where_it_is_not_about_pay_peers_vote(self, company: Session) -> None:
        assert Case(company, vote_step("majority"), "ben").open() == ["mara", "rita", "lena", "omar", "hugo"]
