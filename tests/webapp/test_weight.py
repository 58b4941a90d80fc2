"""Pages stay light: at most 100 KB of scripts and styles over the wire, but for the editors of the designer."""

from tests.bench.weight import EMPLOYEES, list_pages, weigh

MOST = 100_000


def test_no_page_that_people_work_with_is_heavier_than_100_kilobytes() -> None:
    pages = list_pages()
    weights = {name: weigh(page) for name, page in pages.items()}
    assert {name: weight for name, weight in weights.items() if weight > MOST} == {}
    # Forms bring scripts of their own, so that one of their pages weighs more than a bare one.
    assert weights["tasks/task.html"] > min(weights.values()) > 0
    assert set(EMPLOYEES) <= {name.partition("/")[0] for name in pages}
