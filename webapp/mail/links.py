"""The addresses in mails. What acts without a sign-in is signed with the key of the installation."""

from itsdangerous import BadSignature, URLSafeSerializer

DECISION, UNSUBSCRIPTION, FORM = "decision", "unsubscription", "form"


def sign(secret_key: str, purpose: str, about: int | str) -> str:
    """A token that only this installation can make, and that serves one purpose alone."""
    return str(_serializer(secret_key, purpose).dumps(about))


def read(secret_key: str, purpose: str, token: str) -> int | str | None:
    """What a token is about; None when nobody here has made it for this purpose."""
    try:
        about: int | str = _serializer(secret_key, purpose).loads(token)
    except BadSignature:
        return None
    return about


def _serializer(secret_key: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"reviewflow mail {purpose}")


class Links:
    """Absolute addresses below `base`, for instance https://reviews.company.example."""

    def __init__(self, base: str, secret_key: str) -> None:
        self.base = base
        self._secret_key = secret_key

    def home(self) -> str:
        """The start page."""
        return f"{self.base}/"

    def item(self, notification_id: int) -> str:
        """Where a notification leads, for whoever it was made for."""
        return f"{self.base}/notifications/{notification_id}"

    def groups(self) -> str:
        """What waits for the groups of whoever is signed in."""
        return f"{self.base}/inbox?view=groups"

    def preferences(self) -> str:
        """Where people choose what they are told, and how."""
        return f"{self.base}/notifications/preferences"

    def decision(self, link_id: int) -> str:
        """The page that asks to confirm a decision."""
        return f"{self.base}/mail/decisions/{sign(self._secret_key, DECISION, link_id)}"

    def form(self, link_id: int) -> str:
        """The form that somebody outside of the organisation is asked to fill in."""
        return f"{self.base}/outside/{sign(self._secret_key, FORM, link_id)}"

    def unsubscription(self, person_id: str) -> str:
        """The page that ends the digests of a person."""
        return f"{self.base}/mail/unsubscription/{sign(self._secret_key, UNSUBSCRIPTION, person_id)}"
