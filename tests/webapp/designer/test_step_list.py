"""The step list as pages: read, changed by forms, undone, and shared with somebody who draws."""

import re
from collections.abc import Callable

import pytest

from engine import clock
from engine.database import SessionFactory, transaction
from engine.diagram import Diagram, read_diagram
from tests.webapp.browsing import Browser
from tests.webapp.designer.offering import ASKED, offered
from workflows.designs import changing, starting
from workflows.designs.reading import files_of, get_design
from workflows.voting.settings import PATTERNS

OpenBrowser = Callable[[str], Browser]


def begin(factory: SessionFactory, *, shipped: bool = True) -> None:
    with transaction(factory) as session:
        if shipped:
            starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
        else:
            starting.start_empty(session, "Check-in", by="hugo", now=clock.now())


def content_of(factory: SessionFactory) -> bytes:
    with factory() as session:
        return files_of(session, 1)[f"{get_design(session, 1).key}.bpmn"]


def diagram_of(factory: SessionFactory) -> Diagram:
    return read_diagram(content_of(factory), "diagram")


def plain(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page)).replace("&#39;", "'")


def test_a_process_reads_as_sentences(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    page = plain(open_browser("hugo").open("/designer/1/steps").text)
    assert (
        "Self-assessment: the person it is about, 14 days, form “Self-assessment”, reminded 7 days and 1 day before, "
        "their manager is told when it is late"
    ) in page
    assert "If it takes longer than 21 days:" in page
    assert "If overall rating is 1 or 5:" in page
    assert "It goes back to 1.2, “Manager review”." in page
    assert "Calibrate the ratings: for each calibration group" in page
    assert "Confirm a changed rating: for each rating that was changed" in page


def test_looking_and_opening_changes_nothing(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    before = content_of(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps?open=manager_review")
    same = {"edit": "settings", "step": "manager_review", "revision": "1", "name": "Manager review", "actor": "manager"}
    same |= {"form": "manager-review", "due": "14", "due-unit": "D", "remind": "3", "escalate": "manager's manager"}
    same |= {
        "documentation": "The manager writes the review with the self-assessment beside it. The rating may be left out."
    }
    assert hugo.send("/designer/1/steps", **same).status_code == 200
    assert content_of(factory) == before


def test_every_change_is_undone_and_done_again_one_by_one(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    before = content_of(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps")
    hugo.send("/designer/1/steps", edit="add", place="after:manager_review", kind="person", name="Talk", revision="1")
    assert "1.3" in plain(hugo.page.text)
    hugo.send("/designer/1/steps", edit="move", step="talk", direction="up", revision="1")
    moved = content_of(factory)
    page = hugo.send("/designer/1/steps/history", direction="undo", revision="3")
    assert "Undone: Moved “Talk” up." in page.text
    hugo.send("/designer/1/steps/history", direction="undo", revision="4")
    assert content_of(factory) == before
    page = hugo.send("/designer/1/steps/history", direction="undo", revision="5")
    assert (page.status_code, "There is nothing of yours to undo." in page.text) == (422, True)
    for revision in ("5", "6"):
        hugo.send("/designer/1/steps/history", direction="redo", revision=revision)
    assert content_of(factory) == moved
    assert "Undid: Added “Talk”" in hugo.open("/designer/1").text


def test_nobody_changes_what_somebody_else_has_just_changed(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    with transaction(factory) as session:
        changing.rename(session, 1, "Yearly review", by="carl", now=clock.now())
    before = content_of(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps")
    page = hugo.send("/designer/1/steps", edit="remove", step="manager_review", revision="1")
    assert page.status_code == 422
    assert "Carl has saved the diagram since you opened it. This is how it stands now." in page.text
    assert "Yearly review" in page.text
    assert content_of(factory) == before
    # What was looked at again can be changed.
    assert hugo.send("/designer/1/steps", edit="remove", step="release_results", revision="2").status_code == 200
    assert "release_results" not in diagram_of(factory).steps


def test_what_would_break_the_process_is_refused_in_words(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    before = content_of(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps")
    refusals = {
        "Look at the list again.": {"edit": "remove", "step": "nothing"},
        "There is no such change.": {"edit": "destroy"},
        "There is no such step.": {"edit": "add", "place": "after:manager_review", "kind": "x"},
        "It cannot be moved further in this direction.": {"edit": "move", "step": "write_review", "direction": "up"},
        "Say when this way is taken.": {"edit": "condition", "flow": "rating_extreme"},
        "This way leads to what follows.": {
            "edit": "remove_way",
            "step": "second_approved",
            "flow": "review_confirmed",
        },
        "It can only go back to a step that comes before it.": {
            "edit": "back",
            "place": "after:self_assessment",
            "target": "manager_review",
            "name-0": "rating",
            "sign-0": "=",
            "value-0": "1",
        },
        "“-3” is no time. Write a whole number from 1 to 9999.": {
            "edit": "settings",
            "step": "manager_review",
            "actor": "manager",
            "due": "-3",
        },
        "Choose when it goes back.": {"edit": "back", "place": "after:manager_review", "target": "self_assessment"},
        "so it cannot be asked whether it is at least “4”.": {
            "edit": "condition",
            "flow": "rating_extreme",
            "name-0": "answer second_approval outcome",
            "sign-0": ">=",
            "value-0": "4",
        },
    }
    for words, fields in refusals.items():
        page = hugo.send("/designer/1/steps", revision="1", **fields)
        assert (page.status_code, words in plain(page.text)) == (422, True), words
    assert content_of(factory) == before


def test_what_cannot_be_listed_leads_to_the_diagram(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    with transaction(factory) as session:
        content = files_of(session, 1)["annual_review.bpmn"].replace(b'isExecutable="true"', b'isExecutable="false"')
        changing.save_file(session, 1, "annual_review.bpmn", content, based_on=1, by="hugo", now=clock.now())
    page = open_browser("hugo").open("/designer/1/steps").text
    assert "The steps cannot be listed." in page
    assert "/designer/1/diagram" in page


def test_a_step_is_decided_by_several_and_its_answers_are_kept(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    begin(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps?open=second_approval")
    # Given a vote: what only one person can have goes, and who it asked.
    page = hugo.send("/designer/1/steps", edit="pattern", step="second_approval", vote="quorum", revision="1").text
    step = diagram_of(factory).steps["second_approval"]
    assert step.settings == {
        "due": "P7D",
        "remind": "P2D",
        "escalate": "HR partner",
        "fourEyes": "true",
        "vote": "quorum",
    }
    assert "How many must approve?" in page
    assert "Can it be sent back" not in page
    # When the group is named and what comes of it is kept
    fields = {"actor": "everybody of group", "argument-everybody of group": "board", "voteNeeds": "2/3"}
    fields |= {"set-name-0": "second_outcome", "set-value-0": "outcome", "set-name-1": "voters", "set-value-1": "voted"}
    hugo.send(
        "/designer/1/steps", edit="settings", step="second_approval", name="Second approval", revision="2", **fields
    )
    page = plain(hugo.page.text)
    assert "Second approval: the board, enough people agree" in page
    step = diagram_of(factory).steps["second_approval"]
    assert step.sets == (("second_outcome", "outcome"), ("voters", "voted"))
    assert (step.settings["voteNeeds"], step.settings["actorArgument"]) == ("2/3", "board")
    # Then one person decides again, and gets a form of their own.
    hugo.send("/designer/1/steps", edit="pattern", step="second_approval", vote="", revision="3")
    hugo.send("/designer/1/steps", edit="form", form="new", step="second_approval", revision="4")
    step = diagram_of(factory).steps["second_approval"]
    assert (step.settings["form"], "actor" in step.settings, "voteNeeds" in step.settings) == (
        "second-approval",
        False,
        False,
    )
    assert "/designer/1/forms/second-approval" in hugo.page.text


def test_an_answer_is_chosen_for_a_condition_and_kept(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    hugo = open_browser("hugo")
    page = hugo.open("/designer/1/steps?open=extreme_rating").text
    assert "Answers: Self-assessment" in page
    rows = {"name-0": "rating", "sign-0": "=", "value-0": "5", "join": "or"}
    rows |= {"name-1": "answer manager_review overall_rating", "sign-1": "<=", "value-1": "1"}
    rows |= {"name-2": "answer second_approval outcome", "sign-2": "!=", "value-2": "Approve the review"}
    rows |= {"name-3": "self_assessment_missing", "sign-3": "=", "value-3": "yes"}
    hugo.send("/designer/1/steps", edit="condition", step="extreme_rating", flow="rating_extreme", revision="1", **rows)
    diagram = diagram_of(factory)
    (flow,) = (flow for flow in diagram.flows if flow.id == "rating_extreme")
    # What is kept already is used by its name.
    wanted = 'rating = 5 or rating <= 1 or second_outcome != "approve" or self_assessment_missing = true'
    assert (flow.condition, flow.name) == (wanted, "Yes")
    assert diagram.steps["manager_review"].sets == (("rating", "overall_rating"),)
    hugo.send(
        "/designer/1/steps", edit="condition", flow="rating_extreme", revision="2",
        **{"name-0": "answer self_assessment summary", "sign-0": "!=", "value-0": "null"},
    )  # fmt: skip
    assert "If “What are you proud of in this period, and what did it change?” is known" in plain(hugo.page.text)
    assert diagram_of(factory).steps["self_assessment"].sets == (("summary", "summary"),)


def test_a_form_that_two_steps_ask_says_so(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    hugo = open_browser("hugo")
    assert "The same form is asked at" not in hugo.open("/designer/1/steps?open=release").text
    hugo.send("/designer/1/steps", edit="form", step="release", form="own self-assessment", revision="1")
    shared = "The same form is asked at “Self-assessment”: what you change here is changed there, too."
    assert shared in plain(hugo.open("/designer/1/steps?open=release").text)
    # Until one of them can be skipped, and asks a form of its own.
    hugo.send("/designer/1/steps", edit="skip", step="release", revision="2")
    assert "form “Release the results”" in plain(hugo.page.text)
    assert "The same form is asked at" not in hugo.page.text


@pytest.mark.parametrize("pattern", ["", *PATTERNS])
def test_a_step_is_asked_everything_that_the_diagram_asks(
    open_browser: OpenBrowser, factory: SessionFactory, pattern: str
) -> None:
    # given
    begin(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps?open=second_approval")
    hugo.send("/designer/1/steps", edit="pattern", step="second_approval", revision="1", vote=pattern)
    # when
    page = hugo.open("/designer/1/steps?open=second_approval").text
    # then
    asked = set(re.findall(r'<(?:select|input)[^>]* name="(\w+)"', page)) & ASKED
    hidden = set(re.findall(r'data-argument-of="\w+" hidden>.*? name="(autoRelease|actorLevel)"', page))
    assert asked - hidden == offered(pattern)


def test_what_happens_in_time_is_said_by_choosing(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    # given
    begin(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps?open=release")
    assert "If whoever takes it does not do it" in hugo.page.text
    # when
    same = {"edit": "settings", "step": "release", "name": "Release", "argument-group": "hr"}
    said = {"whenOverdue": "escalate", "autoRelease": "P3D", "onChange": "keep", "whenAway": "wait"}
    hugo.send("/designer/1/steps", revision="1", actor="group", **same, **said)
    # then
    assert said.items() <= diagram_of(factory).steps["release"].settings.items()
    # and what only a group can have goes when it is somebody else's
    hugo.send("/designer/1/steps", revision="2", actor="manager", **same, **said)
    assert "autoRelease" not in diagram_of(factory).steps["release"].settings
    assert diagram_of(factory).steps["release"].settings["whenOverdue"] == "escalate"


def test_what_was_written_is_kept_when_it_is_refused(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    begin(factory)
    hugo = open_browser("hugo")
    hugo.open("/designer/1/steps")
    # When an end is added under a condition that no answer can meet
    condition = {"name-0": "answer second_approval outcome", "sign-0": ">=", "value-0": "4"}
    place = "after:second_approval"
    refused = hugo.send(
        "/designer/1/steps", edit="add", place=place, kind="stop", name="Ended", revision="1", **condition
    )
    # Then it can be mended where it was written.
    assert refused.status_code == 422
    assert re.search(r'id="add-name"[^>]*value="Ended"', refused.text)
    assert '<option value="stop" selected>' in refused.text
    # And so can a question that has only one answer to choose from.
    asked = {"question": "Is the money there?", "question-kind": "radio", "choices": "Yes"}
    refused = hugo.send("/designer/1/steps", edit="ask", step="manager_review", revision="1", **asked)
    assert refused.status_code == 422
    assert 'value="Is the money there?"' in refused.text
    assert 'name="choices" value="Yes"' in refused.text
    assert '<option value="radio" selected>' in refused.text


def test_what_is_noted_is_shown_one_after_the_other(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    # Given two steps that nobody does, and a way that asks for what nothing gives
    begin(factory)
    with transaction(factory) as session:
        content = files_of(session, 1)["annual_review.bpmn"]
        for old, new in (
            (b'name="Release the results" rf:actor="group"', b'name="Release the results"'),
            (b'name="Propose a reward" rf:actor="manager"', b'name="Propose a reward"'),
            (b"approval.executive = true", b"unknown = true"),
        ):
            assert old in content
            content = content.replace(old, new)
        changing.save_file(session, 1, "annual_review.bpmn", content, based_on=1, by="hugo", now=clock.now())
    hugo = open_browser("hugo")
    # Then each is shown in the steps from the page of the draft, a way at the question that it answers
    page = hugo.open("/designer/1").text
    for element, name in (
        ("release", "Release the results"),
        ("propose_reward", "Propose a reward"),
        ("ask_executive", "Executive sign-off needed?: Yes"),
    ):
        assert f'/designer/1/steps?open={element}">Show it in the steps<span class="visually-hidden">: {name}<' in page
    assert opened(hugo.open("/designer/1/steps?open=ask_executive").text) == "Executive sign-off needed?"
    # And from one the list leads to the next, and from the last one to the first
    shown = [hugo.open("/designer/1/steps").text]
    for _ in range(4):
        shown.append(hugo.open(next_noted(shown[-1])).text)
    assert [opened(page) for page in shown] == [
        "",
        "Release the results",
        "Propose a reward",
        "Executive sign-off needed?",
        "Release the results",
    ]


def opened(page: str) -> str:
    """The title of the open step; "" where none is."""
    found = re.search(r'aria-expanded="true"[^>]*>([^<]*)</a>', page)
    return plain(found[1]) if found else ""


def next_noted(page: str) -> str:
    """Where the list leads to the next step at which something is noted."""
    found = re.search(r'data-goes-on href="([^"]*)"', page)
    assert found is not None
    return found[1]
