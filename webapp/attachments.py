"""Files that a page hands out to be kept."""

from flask import Response, make_response


def hand_out_csv(content: bytes, name: str) -> Response:
    """A CSV file under this name."""
    answer = make_response(content)
    answer.mimetype = "text/csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
