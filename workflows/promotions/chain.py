"""The chain of a cycle's signatures: how a link is made, and whether the chain still holds.

A digest covers the one before it, so that a signature cannot be changed, moved or taken out without every later one
telling. Each digest also stands in the history of the process, which tells when the last ones are taken off.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import HistoryEntry
from workflows.promotions.models import Signature
from workflows.reviews.models import Submission
from workflows.rewards.models import Proposal

START = "0" * 64
SIGNATURE_VARIABLE = "signature"
SIGNED_FACTS = (
    "id", "case_id", "person_id", "kind", "amount", "currency", "percent", "salary", "grade", "new_grade", "new_title",
    "effective_date", "reason", "proposed_by", "proposed_at",
)  # fmt: skip


@dataclass(frozen=True)
class ChainCheck:
    """What became of a chain: how many signatures it has, and a sentence for each thing that does not hold."""

    count: int
    problems: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, moved or taken out."""
        return not self.problems


def write_content(values: Mapping[str, Any]) -> str:
    """JSON in one canonical form: keys sorted, no spaces, moments in UTC, decimals as exact text."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} cannot be signed")


def work_out_digest(before: str, content: str) -> str:
    """The SHA-256 of a link, in hexadecimal."""
    return hashlib.sha256(f"{before}\n{content}".encode()).hexdigest()


def signed_content(proposal: Proposal, answers: Mapping[str, Any], signature: Signature) -> str:
    """What a signature is put under: the proposal, the answers of the form, and who signed when and how."""
    return write_content(
        {
            "proposal": {name: getattr(proposal, name) for name in SIGNED_FACTS},
            "answers": dict(answers),
            "root": signature.root_id,
            "number": signature.number,
            "task": signature.task_id,
            "signer": signature.signer,
            "outcome": signature.outcome,
            "reauthenticated_at": signature.reauthenticated_at,
            "signed_at": signature.signed_at,
        }
    )


def verify_chain(session: Session, root_id: int) -> ChainCheck:
    """Check every signature of a cycle against its digest, the one before, and what the tables say now."""
    rows = session.execute(
        select(Signature, Proposal, Submission.answers)
        .outerjoin(Proposal, Proposal.id == Signature.proposal_id)
        .outerjoin(Submission, Submission.task_id == Signature.task_id)
        .where(Signature.root_id == root_id)
        .order_by(Signature.number)
    ).all()
    problems: list[str] = []
    before = START
    for number, (signature, proposal, answers) in enumerate(rows, start=1):
        if signature.number != number:
            problems.append(f"Signature {number} is missing: the next one has the number {signature.number}.")
            return ChainCheck(len(rows), problems)
        if work_out_digest(before, signature.content) != signature.digest:
            problems.append(f"Signature {number}: its content or the one before it was changed.")
        if proposal is None or signed_content(proposal, answers or {}, signature) != signature.content:
            problems.append(f"Signature {number}: the records do not say any more what was signed.")
        before = signature.digest
    problems += _taken_off(session, root_id, [signature.digest for signature, _, _ in rows])
    return ChainCheck(len(rows), problems)


def _taken_off(session: Session, root_id: int, known: Sequence[str]) -> list[str]:
    details = session.scalars(
        select(HistoryEntry.detail).where(HistoryEntry.root_id == root_id, HistoryEntry.kind == "task_completed")
    )
    noted = {(detail.get("values") or {}).get(SIGNATURE_VARIABLE) for detail in details} - {None}
    count = len(noted - set(known))
    return [f"The history knows of {count} signatures that are not in the chain."] if count else []
