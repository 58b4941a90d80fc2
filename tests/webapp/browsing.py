"""A browser in tests: it keeps cookies and sends forms as the pages make them, forgery token included."""

import re
from dataclasses import dataclass, field
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "four words in a row"


@dataclass
class Browser:
    """Somebody's browser. `page` is the last answer."""

    client: FlaskClient
    page: TestResponse = field(init=False)

    def open(self, address: str, **headers: str) -> TestResponse:
        """Go to an address and follow where it leads."""
        self.page = self.client.get(address, headers=headers, follow_redirects=True)
        return self.page

    def send(self, address: str, *, follow: bool = True, **fields: str) -> TestResponse:
        """Send a form of the page that is open."""
        data = {"csrf_token": self.token(), **fields}
        self.page = self.client.post(address, data=data, follow_redirects=follow)
        return self.page

    def sign_in(self, who: str, password: str = PASSWORD, goal: str = "") -> TestResponse:
        """Sign in as one of the cast."""
        self.open("/sign-in")
        return self.send("/sign-in", email=f"{who}@company.example", password=password, next=goal)

    def token(self) -> str:
        """The forgery token of the page that is open."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.page.text)
        assert found, "the page has no forgery token"
        return found.group(1)

    @property
    def heading(self) -> str:
        """The main heading of the page that is open."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        return unescape(found.group(1)).strip() if found else ""

    @property
    def is_signed_in(self) -> bool:
        """Whether the account page opens, in this browser, now."""
        return self.client.get("/account").status_code == 200
