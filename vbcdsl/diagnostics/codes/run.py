"""Codes of what is found while computing (6xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC6001",
        "division by zero",
        "The divisor is zero for this party and period, and the sentence does not say what then applies.",
        "Savings divided by Benchmark",
        "Savings divided by Benchmark, or 0% if the divisor is zero",
    ),
    Code(
        "VBC6002",
        "a value that no row takes",
        "The value falls between the rows of the table, so no rate or amount applies to it.",
    ),
    Code(
        "VBC6003",
        "a value that two rows take",
        "Two rows of the table apply to the value, although exactly one must.",
    ),
    Code(
        "VBC6004",
        "no value in force",
        "No value is stated for the first day of the period.",
    ),
    Code(
        "VBC6005",
        "a floor above its cap, or a limit of a negative base",
        "Which of the two limits wins is never decided by which comes last; a share of a negative "
        "amount limits nothing.",
    ),
    Code(
        "VBC6007",
        "data that are missing",
        "The contract requires a value for this key and period, and the data do not hold it. It is "
        "never taken as zero.",
        "",
        "| Capitation | money | $0 |",
    ),
    Code(
        "VBC6008",
        "a period before the first",
        "The sentence refers to an earlier period, which is before the contract begins, and does not "
        "say what applies then.",
        "Savings in the prior performance year",
        "Savings in the prior performance year, or $0 in the first performance year",
    ),
    Code(
        "VBC6009",
        "weights that are negative or add to zero",
        "A weighted average divides by the sum of its weights.",
    ),
    Code(
        "VBC6010",
        "a gate over nothing",
        "All or some of the rows must meet a condition, and there are no rows. An empty list is not "
        "taken as met.",
    ),
    Code(
        "VBC6011",
        "a negative amount, or a base that is not above zero, in a marginal table",
        "Parts are measured from zero, and their edges from a base above zero.",
    ),
    Code(
        "VBC6012",
        "a pool or a weight below zero",
        "A pool is divided in proportion to weights, none of which is negative.",
    ),
    Code(
        "VBC6013",
        "a tie that no step breaks",
        "Two have the same largest number and are alike in every step that the sentence names.",
    ),
    Code(
        "VBC6014",
        "no case applies",
        "None of the conditions of the sentence holds, and it has no “otherwise”.",
    ),
    Code(
        "VBC6015",
        "a root of a negative value",
        "The value under the root is negative for this key, and a negative number has no root.",
    ),
    Code(
        "VBC6017",
        "two sentences set the same payment aside, or two rows set one key",
        "Both apply to this party and period, and neither prevails over the other.",
    ),
    Code(
        "VBC6018",
        "a payment that is negative",
        "The sentence gives a negative amount and does not say who then pays.",
        "must pay … : Benchmark minus Cost.",
        "must pay … : Benchmark minus Cost, but not less than $0.",
    ),
    Code(
        "VBC6019",
        "a total still above its limit",
        "Every payment that the sentence names is reduced to $0, and the total is still above the limit.",
    ),
    Code(
        "VBC6020",
        "an election that has changed",
        "An election is made once and holds for the term; the data hold another one in a later period.",
    ),
    Code(
        "VBC6021",
        "an election that is missing",
        "The party has made no election, and the contract does not say what then applies.",
        "",
        "…; without an election it is “Professional”.",
    ),
    Code(
        "VBC6023",
        "interest whose rate changes",
        "The rate changes inside the time for which interest is due, and the sentence does not say "
        "which rate applies.",
        "",
        "… at the rate in force on the due date",
    ),
    Code(
        "VBC6024",
        "a carried amount of unknown age",
        "What is carried lapses by its age, and of the amount of the prior performance year the years are not "
        "known in which it arose: it was recorded or given without them.",
        "given Deficit Carried Forward in the prior performance year is $600,000, …",
        "with these Annual Results: (the rows of the years in which it arose)",
    ),
    Code(
        "VBC6025",
        "a carried amount below zero",
        "An amount that is carried and lapses is not negative.",
        "",
        "…, but not less than $0, starting from $0 before performance year 1",
    ),
    Code(
        "VBC6026",
        "an expectation of several values",
        "What the example expects has a value for each quarter (month, Measure, party), and they differ. "
        "Say which one is meant; an expectation that names none holds only if it is true of each of them.",
        "expect the Quarterly Payment is $4,200",
        "expect the Quarterly Payment for “2024-Q1” is $4,200",
    ),
    Code(
        "VBC6027",
        "a payment that is not scored",
        "The average, median, percentile, largest or smallest of nothing is not scored, and the amount stands on "
        "one. Nothing is never taken as $0: say what is due then.",
        "$10 times (the average of Score where Completed)",
        "$10 times (the average of Score where Completed), or $0 if it is not scored",
    ),
    Code(
        "VBC6028",
        "a test that is neither met nor not met, for want of rows",
        "The average (median, percentile, largest, smallest) of nothing is not scored, and a comparison with it "
        "is neither true nor false. Say what holds then.",
        'The "Gate" is met if Mean Score is at least 5.',
        'The "Gate" is met if Mean Score is scored and Mean Score is at least 5.',
    ),
    Code(
        "VBC6101",
        "data of a record that were not given",
        "An amount stands on records for which no data were given.",
        "",
        "vbc run contract.vbc --data member_months=months.csv",
    ),
    Code(
        "VBC6102",
        "rows of a key that is not on the roster",
        "Rows name a key that the complete list does not hold. They are never dropped silently.",
        "",
        "…, and a row that is not on the roster is left out and listed",
    ),
    Code(
        "VBC6103",
        "a condition on rows that is not scored",
        "Rows are selected or not; a condition that is not scored for a row selects neither way.",
        "… where Rate is at least 60%",
        "… where Rate is scored and Rate is at least 60%",
    ),
)
