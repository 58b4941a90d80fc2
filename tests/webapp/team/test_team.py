"""The team page of a manager."""

from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import counted
from workflows.cases.team import team_of


def test_a_manager_sees_where_each_review_stands(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    text = ben.open("/team").text
    assert "4 people report to you. 1 step about them waits for you." in text
    assert f'href="/tasks/{task.id}"' in text
    assert "with Dora" in text
    assert "Takes part in none" in text, "Carl is a contractor"


def test_the_page_is_offered_to_people_who_lead_people(review: Review) -> None:
    assert 'href="/team"' in review.browser("ben").open("/inbox").text
    ann = review.browser("ann")
    assert 'href="/team"' not in ann.open("/inbox").text
    assert "Nobody reports to you" in ann.open("/team").text


def test_a_team_costs_four_statements_whatever_its_size(review: Review) -> None:
    counts = []
    for who in ("mara", "ben"):
        browser = review.browser(who)
        with counted(review.factory) as sent:
            browser.open("/team")
        counts.append(len([statement for statement in sent if not statement.startswith("BEGIN")]))
    # One more finds the reader, one what the navigation shows.
    assert counts == [6, 6]


def test_everybody_below_is_shown_on_demand(review: Review) -> None:
    mara = review.browser("mara")
    direct = mara.open("/team").text
    assert "Ben" in direct
    assert "Dora" not in direct
    below = mara.open("/team?all=yes").text
    assert all(name in below for name in ("Ben", "Ann", "Dora", "Eva"))
    # A page of few people leads to the next one, and costs what any page costs.
    with review.factory() as session:
        team = team_of(session, "mara", review.now.date(), indirect=True, first=1, limit=2)
    assert (len(team.members), team.total > 3) == (2, True)


def test_somebody_far_below_is_found_by_a_part_of_the_name(review: Review) -> None:
    mara = review.browser("mara")
    found = mara.open("/team?all=yes&q=DOR").text
    assert "Dora" in found
    assert "Carl" not in found
    nobody = mara.open("/team?all=yes&q=Zebedee").text
    assert "Nobody is called like this" in nobody
    assert 'value="Zebedee"' in nobody
