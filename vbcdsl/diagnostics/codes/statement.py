"""Codes of statements and charts."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC8080",
        "a term that has no payout curve",
        "A payout curve shows the payment as one number of a party rises. The term must be a number of the party "
        "in that year, with a value, and a payment must stand on it.",
        "vbc chart payout … --term track",
        "vbc chart payout … --term quality_score",
    ),
    Code(
        "VBC8081",
        "a payment that cannot be settled for one party alone",
        "What a party would have been paid with another value is settled from its own values. If the "
        "payment takes in other parties (a pool, a rank) or adds up rows of data through the term, that would not "
        "be what the contract says. Change the data and run it again instead.",
        "vbc chart payout … --term pool_weight",
        "vbc run … (on data with the other value)",
    ),
)
