"""Whatever is uploaded as a CSV file: a table, or a message that says what to do."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people.imports.report import FileRejected
from workflows.people.imports.tables import read_table

COLUMNS = ("id", "name")
GOOD = "id,name\n1,Søren\n"


def test_a_utf8_file_is_read_with_and_without_byte_order_mark() -> None:
    for content in (GOOD.encode(), codecs.BOM_UTF8 + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()):
        assert [row.cells for row in read_table(content, COLUMNS).rows] == [{"id": "1", "name": "Søren"}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "NUL"),
        (GOOD.encode("latin-1"), "Line 2 is not UTF-8"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"id,name\n1,A\x00B\n", "Line 2 contains a NUL byte"),
        (b"id;name\n1;A\n", "separated by semicolons"),
        (b"id\tname\n1\tA\n", "separated by tabs"),
        (b"id,name,name\n1,A,B\n", "more than once: name"),
        (b"id\n1\n", "missing: name"),
        (b'id,name\n1,"A\n2,B\n', "Line 2 can't be read"),
        (b"id,name\n1," + b"x" * 200_000 + b"\n", "Line 2 can't be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_such_table_is_refused_with_a_remedy(content: bytes, says: str) -> None:
    with pytest.raises(FileRejected) as refused:
        read_table(content, COLUMNS)
    message = str(refused.value)
    assert says in message
    assert any(remedy in message for remedy in ("Save as", "Export it again", "Keep one", "must name every column"))


def test_a_file_above_100_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(FileRejected, match="the limit is 100 MB"):
        read_table(b"x" * (100 * 1024 * 1024 + 1), COLUMNS)


def test_a_line_with_a_cell_too_many_is_a_defect_of_that_line() -> None:
    table = read_table(b"id,name\n1,A\n2,Director, Sales\n3\n\n4,D\n", COLUMNS)
    assert [(defect.line, defect.value, defect.problem) for defect in table.defects] == [
        (3, "2", "3 cells where the header has 2"),
        (4, "3", "1 cells where the header has 2"),
    ]
    assert [(row.line, row.cells["id"]) for row in table.rows] == [(2, "1"), (6, "4")]


def test_an_unknown_column_is_ignored_with_a_note() -> None:
    table = read_table(b"name,shoe_size,id\nA,44,1\n", COLUMNS)
    assert table.rows[0].cells == {"id": "1", "name": "A"}
    assert [(note.line, note.column) for note in table.notes] == [(1, "shoe_size")]


def test_lines_are_counted_as_an_editor_shows_them() -> None:
    table = read_table(b'id,name\n1,"two\nlines"\n2,B\n', COLUMNS)
    assert [row.line for row in table.rows] == [2, 4]


def test_a_letter_has_one_spelling() -> None:
    decomposed = "id,name\n 1 ,Sa\u0303o\n".encode()
    assert read_table(decomposed, COLUMNS).rows[0].cells == {"id": "1", "name": "São"}


@given(st.binary(max_size=300))
def test_no_bytes_whatever_cause_another_error(content: bytes) -> None:
    for candidate in (content, b"id,name\n" + content):
        with suppress(FileRejected):
            assert all(set(row.cells) == set(COLUMNS) for row in read_table(candidate, COLUMNS).rows)
