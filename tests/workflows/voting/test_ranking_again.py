"""Cases that come back to a ranking that was closed: ranked anew where something has changed, else left as they are."""

from sqlalchemy.orm import Session

from tests.workflows.routing.cast import NOW
from tests.workflows.voting.test_ranking import CANDIDATES, Board, candidates  # noqa: F401 - pytest asks for it
from workflows.reviews.sending_back import send_back
from workflows.voting.ranking import load_ranking


def closed_once(company: Session) -> Board:
    """A ranking with room for two, which Ann and Nina have; then what is written about Ann is sent back."""
    board = Board(company, can_come_back=True)
    for about in CANDIDATES:
        board.hands_in("mara" if about == "paul" else "ben", about)
    board.ranks("rita", "ann", "nina", "carl", "paul")
    board.closes()
    send_back(company, board.task("olga", "ann"), to="write", reason="Say since when.", by="olga", now=NOW)
    company.flush()
    return board


def test_a_case_that_comes_back_changed_is_ranked_anew_and_takes_its_room_once(company: Session) -> None:
    board = closed_once(company)
    board.hands_in("ben", "ann", text="Since May.")
    # Then she alone is ranked, for the place that she had
    assert board.open("rita") == ["ann"]
    board.ranks("rita", "ann")
    assert board.closes() == 1
    assert board.outcomes == {"ann": "approve", "nina": "approve", "carl": "reject", "paul": "reject"}
    assert len(load_ranking(company, board.votes["ann"].id, NOW).votes) == len(CANDIDATES)


def test_a_case_that_comes_back_unchanged_keeps_its_place(company: Session) -> None:
    board = closed_once(company)

    board.hands_in("ben", "ann")

    assert board.open("rita") == []
    assert "ann" in board.open("olga")
    assert board.outcomes["ann"] == "approve"
