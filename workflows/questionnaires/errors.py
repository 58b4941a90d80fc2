"""What this package says no to. `str(error)` is a sentence for a person."""

from engine import Finding, Rejection


class InvalidForm(Rejection):
    """A form cannot be used. `findings` names every field that is wrong, why, and what to do about it."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class SubmissionRefused(Rejection):
    """What was sent is no answer to any form: too large, or not built of names and values."""
