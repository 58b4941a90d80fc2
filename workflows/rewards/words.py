"""Rewards in words, the same ones wherever somebody reads what is proposed."""

from decimal import Decimal

from workflows.rewards.models import BONUS, PAY_INCREASE, PROMOTION, Proposal

KIND_WORDS = {BONUS: "Bonus", PAY_INCREASE: "Pay increase", PROMOTION: "Promotion"}


def describe_worth(proposal: Proposal) -> str:
    """What is asked for, in a few words: `G7 to G8`, `4,500.00 EUR (6.2 % of the salary)`; "" where it has no worth."""
    if proposal.new_grade:
        return f"{proposal.grade} to {proposal.new_grade}"
    if proposal.amount is None:
        return ""
    share = f" ({plain_number(proposal.percent)} % of the salary)" if proposal.percent is not None else ""
    return f"{describe_amount(proposal.amount, proposal.currency)}{share}"


def describe_amount(amount: Decimal, currency: str) -> str:
    """An amount of money in its currency: `4,500.00 EUR`."""
    return f"{amount:,.2f} {currency}"


def plain_number(number: Decimal) -> str:
    """A number without zeros that say nothing: `6.2`."""
    return f"{number.normalize():f}"
