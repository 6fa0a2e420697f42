"""An everyday wording is answered with the words that the language has, and those are accepted."""

from __future__ import annotations

import pytest

from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text

FRAME = """contract "Everyday Wordings".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column      | Kind                      | If missing |
    | Savings     | money                     | required   |
    | Cost        | money                     | required   |
    | Benchmark   | money, at least $1        | required   |
    | Score       | rate written as a percent | not scored |
    | Points      | points from 0 to 100      | required   |
    | Panel       | count of members          | required   |
    | Months      | count of member months    | required   |
    | Share Rate  | rate written as a percent | required   |
    | Reported    | yes or no                 | no         |
    | Signed      | date                      | required   |
    | Tier        | one of "gold" or "silver" | "gold"     |
1.2 "Contract Measures" are:
    | Measure | Domain | Target | Weight |
    | "M1"    | "X"    | 50%    | 1      |
    | "M2"    | "Y"    | 60%    | 2      |
1.3 "Measure Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | not scored |
    | Share  | rate written as a percent | required   |
1.4 "Claims" are entries, any number for each ACO and Member, placed by Service Date:
    | Column       | Kind                          | If missing |
    | Service Date | date                          | required   |
    | Category     | one of "inpatient" or "drugs" | required   |
    | Paid         | money                         | required   |
1.5 "Member Roster" are records, one for each ACO and Member in each Performance Year:
    | Column | Kind      | If missing |
    | Active | yes or no | no         |
"""
TO_P = 'The Payer must pay the Provider the "P"'
OVER = "over the Contract Measures that are scored"
# what people write · what the message says to write · a sentence with it
WORDINGS = [
    ('"X" means the sum of Savings, Cost and Benchmark.', "Savings plus Cost plus Benchmark", None),
    ('"X" means the total of Savings and Cost.', "Savings plus Cost", None),
    ('"X" means the difference between Benchmark and Cost.', "Benchmark minus Cost", None),
    ('"X" means the excess of Cost over Benchmark.', "the amount by which Cost exceeds Benchmark", None),
    (
        '"X" means the ratio of Cost to Benchmark.',
        "Cost divided by Benchmark, or … if the divisor is zero",
        '"X" means Cost divided by Benchmark, or 0% if the divisor is zero.',
    ),
    (
        '"X" means Cost as a percentage of Benchmark.',
        "Cost divided by Benchmark, or 0% if the divisor is zero",
        None,
    ),
    (
        f'"X" means the average Rate {OVER}.',
        "the average of Rate over …",
        f'"X" means the average of Rate {OVER}.',
    ),
    (
        f'"X" means the weighted average of Rate {OVER}, using Weight.',
        f"the average of Rate {OVER}, weighted by Weight",
        None,
    ),
    ('"X" means the highest of Savings and Cost.', "the greater of Savings and Cost", None),
    ('"X" means the least of Savings, Cost and $0.', "the lesser of Savings, Cost and $0", None),
    (
        '"X" means Savings, but in no event more than $5.',
        ", but not more than",
        '"X" means Savings, but not more than $5.',
    ),
    ('"X" means Savings, but not less than zero.', "not less than $0", None),
    (
        '"X" means Points, rounded to two decimal places.',
        ", rounded half up to 2 decimal places",
        None,
    ),
    (
        '"X" means Savings rounded down to the cent.',
        ", rounded down",
        '"X" means Savings, rounded down to the cent.',
    ),
    ('"X" means Score, or 0% if missing.', ", or 0% if it is not scored", None),
    ('"X" means Score if scored, otherwise 0%.', "Score, or 0% if it is not scored", None),
    ('"X" means $5 PMPM times Months.', "$5 per member per month", None),
    ('"X" means $5.00 per Member per month times Months.', "$5.00 per member per month", None),
    (
        '"X" means Cost per Member.',
        "Cost divided by (the number of Members)",
        '"X" means Cost divided by (the number of Members), or $0 per member if the divisor is zero.',
    ),
    (
        '"X" means 10% of Savings above 2% of Benchmark.',
        "10% of (the amount by which Savings exceeds (2% of Benchmark))",
        None,
    ),
    (
        '"X" means 50% of the first $1,000 of Savings and 25% of the rest.',
        "Share times the part of Savings that falls in the row",
        None,
    ),
    (
        '"X" means the total of Paid for Category "drugs".',
        'the total of Paid where Category is "drugs"',
        None,
    ),
    (
        '"X" means the total of Paid excluding drugs.',
        'where … is not "…"',
        '"X" means the total of Paid where Category is not "drugs".',
    ),
    (
        '"X" means the number of Contract Measures with Share at least Target.',
        "the number of Contract Measures where …",
        '"X" means the number of Contract Measures where Share is at least Target.',
    ),
    ('The "G" is met if Tier is "gold" or "silver".', 'is one of "gold" or "silver"', None),
    ('The "G" is met if Tier equals "gold".', 'is "gold"', 'The "G" is met if Tier is "gold".'),
    ('The "G" is met if Tier is gold.', 'is "gold"', 'The "G" is met if Tier is "gold".'),
    ('The "G" is met if Reported is true.', "write “Reported”", 'The "G" is met if Reported.'),
    ('The "G" is met if Reported is false.', "not Reported", 'The "G" is met if not Reported.'),
    (
        'The "G" is met if Signed is no later than March 31, 2025.',
        "is on or before March 31, 2025",
        'The "G" is met if Signed is on or before March 31, 2025.',
    ),
    (
        'The "G" is met if Signed is within 90 days after the end of the performance year.',
        "is on or before 90 days after the end of the performance year",
        'The "G" is met if Signed is on or before 90 days after the end of the performance year.',
    ),
    (
        'The "G" is met if either Reported or Panel is at least 5.',
        "if Reported or …",
        'The "G" is met if Reported or Panel is at least 5.',
    ),
    (
        'The "G" is met if at least two of the Contract Measures have Share at least Target.',
        "at least 2",
        'The "G" is met if at least 2 of the Contract Measures have Share at least Target.',
    ),
    (
        'The "G" is met if 2 of the Contract Measures have Share at least Target.',
        "“exactly 2 of the …”",
        'The "G" is met if exactly 2 of the Contract Measures have Share at least Target.',
    ),
    (
        'The "G" is met if a majority of the Contract Measures have Share at least Target.',
        "more than 50% of the Contract Measures",
        'The "G" is met if more than 50% of the Contract Measures have Share at least Target.',
    ),
    (
        'The "G" is met if every Measure has Share at least Target.',
        "all of the Measures have Share at least Target",
        'The "G" is met if all of the Measures have Share at least Target.',
    ),
    (
        'The "G" is met if no Measure has Share less than Target.',
        "none of the Measures have Share less than Target",
        'The "G" is met if none of the Measures have Share less than Target.',
    ),
    ('The "G" is met unless Reported.', "is met if not …", 'The "G" is met if not Reported.'),
    (
        'The "G" is met if Panel is between 5 and 9, inclusive.',
        "Panel is at least 5 and Panel is at most 9",
        'The "G" is met if Panel is at least 5 and Panel is at most 9.',
    ),
    ('The Payer must pay to the Provider the "P": $5.', "must pay the Provider", f"{TO_P}: $5."),
    (
        'The Payer must pay the Provider a "P" equal to $5.',
        'must pay the Provider the "P": …',
        f"{TO_P}: $5.",
    ),
    (f"{TO_P} of $5.", 'the "P": …', f"{TO_P}: $5."),
    (
        f"{TO_P}: $5, payable within 90 days after notice.",
        ", due within",
        f"{TO_P}: $5, due within 90 days after notice.",
    ),
    (
        f"{TO_P}: $5, no later than March 31 after the performance year.",
        ", due by March 31 after the performance year",
        f"{TO_P}: $5, due by March 31 after the performance year.",
    ),
    (f"{TO_P}, during each Quarter: $5.", '"P", for each Quarter:', f"{TO_P}, for each Quarter: $5."),
    (
        f"{TO_P}, for each Month: $5, due by the 20th of the following Month.",
        ", due within 20 days after the end of the Month",
        f"{TO_P}, for each Month: $5, due within 20 days after the end of the Month.",
    ),
    (
        f"{TO_P}, for each Month: $5, due by the 15th of the Month.",
        ", due within 14 days after the start of the Month",
        f"{TO_P}, for each Month: $5, due within 14 days after the start of the Month.",
    ),
    ('The Payer must pay each ACO the "P": $5.', 'must pay the … the "P", for each ACO: …', f"{TO_P}: $5."),
    (
        '"X" means the product of (100% minus Share Rate) and Cost.',
        "(100% minus Share Rate) times Cost",
        None,
    ),
    (
        '"X" means Cost minus (the total of Paid in the prior performance year).',
        '"…" means the total of Paid.” and, here, “… in the prior performance year',
        '"X" means Cost minus Savings.',
    ),
    (
        '"X" means 1.05 for Tier "gold", 0.98 for Tier "silver".',
        "… is set by Tier, with one row for each Tier:",
        '"X" is set by Tier, with one row for each Tier:\n    | Tier | X |\n'
        '    | "gold" | 1.05 |\n    | "silver" | 0.98 |',
    ),
    (
        'The "X" is:\n    | Score | X |\n    | less than 50% | 10% |\n    | at least 50% | 20% |\n'
        "    | not scored | 0% |",
        '"X" is set by Score, where exactly one row applies:',
        '"X" is set by Score, where exactly one row applies:\n    | Score | X |\n    | less than 50% | 10% |\n'
        "    | at least 50% | 20% |\n    | not scored | 0% |",
    ),
    (
        "If Score is less than 70%, the Award is reduced by 25%.",
        "…, reduced by (25% if Score is less than 70%, otherwise 0%)",
        '"X" means Savings, reduced by (25% if Score is less than 70%, otherwise 0%).',
    ),
    (
        '"X" means the total of Paid, each Member limited to $100,000 in a performance year.',
        ", but not more than $100,000 for each Member",
        '"X" means the total of Paid, but not more than $100,000 for each Member.',
    ),
    (
        'The Payer must pay each ACO a "Care Fee" of $15.',
        'must pay the … the "Care Fee", for each ACO: $15',
        'The Payer must pay the Provider the "Care Fee", for each ACO: $15.',
    ),
    ('"X" is $14,250 per Case.', '"X" means $14,250 per case.', None),
    ('"X" is $14,250 per member month.', '"X" means $14,250 per member month.', None),
    (
        '"X" means Cost minus $5 per Covered Member Month.',
        "$5 per member month",
        '"X" means $5 per member month.',
    ),
    ('"X" means $5 per Attributed Member per Month.', "$5 per member per month", None),
    (
        'The "X" is determined by the following table:\n    | Score | X |\n    | less than 50% | 10% |',
        '"X" is set by Score, where exactly one row applies:',
        None,
    ),
    (
        'The "X" is determined by the Score:\n    | Score | X |\n    | less than 50% | 10% |',
        '"X" is set by Score, where exactly one row applies:',
        None,
    ),
    (
        'The "X" depends on Score as follows:\n    | Score | X |\n    | less than 50% | 10% |',
        '"X" is set by Score, where exactly one row applies:',
        None,
    ),
    (
        '"X" means the number of Member Roster where Active divided by Panel, or 0% if the divisor is zero.',
        "(the number of Member Roster where Active) divided by Panel",
        None,
    ),
    (
        '"X" means the number of Member Roster where not Active divided by Panel.',
        "(the number of Member Roster where not Active) divided by Panel",
        None,
    ),
    (
        '"X" is set by Score, where exactly one row applies:\n    | Score | X |\n    | less than 10% | 5% |\n'
        "    | at least 10% but less than 20% | 10% |\n    | 20% or more | 9% |\n    | not scored | 0% |",
        "from 10% up to but not including 20%",
        None,
    ),
    (
        '"X" is set by Score, where exactly one row applies:\n    | Score | X |\n    | less than 10% | 5% |\n'
        "    | at least 10%, and below 20% | 10% |\n    | 20% or more | 9% |\n    | not scored | 0% |",
        "from 10% up to but not including 20%",
        None,
    ),
    (
        '"X" is set by Score, where exactly one row applies:\n    | Score | X |\n    | 10% or less | 5% |\n'
        "    | more than 10% but not more than 20% | 10% |\n    | more than 20% | 9% |\n    | not scored | 0% |",
        "above 10% up to and including 20%",
        None,
    ),
    (
        '"X" means Cost two years earlier, or $0 in the first 2 performance years.',
        "2 performance years earlier",
        '"X" means Cost 2 performance years earlier, or $0 in the first 2 performance years.',
    ),
    (
        '"X" means Cost in the second prior performance year, or $0 in the first 2 performance years.',
        "2 performance years earlier",
        '"X" means Cost 2 performance years earlier, or $0 in the first 2 performance years.',
    ),
    (
        '"X" means Cost 2 performance years earlier, or $0 in performance years 1 and 2.',
        ", or $0 in the first 2 performance years",
        '"X" means Cost 2 performance years earlier, or $0 in the first 2 performance years.',
    ),
    (f"{TO_P}, monthly: $5.", '"P", for each Month:', f"{TO_P}, for each Month: $5."),
    ("The Provider may retain 50% of Savings.", '"Kept Amount" means 50% of Savings', None),
    (
        '"X" is 5% in performance year 1 and 6% thereafter.',
        "6% from performance year …",
        '"X" is 5% in performance year 1 and 6% from performance year 2.',
    ),
    (
        '"X" means Savings in 2024.',
        "in performance year 2024",
        '"X" means Savings in performance year 2024.',
    ),
    ('"X" is 5%.', '"X" means 5%.', None),
    (
        '"X" means Savings for the prior year, or $0 in the first performance year.',
        "in the prior performance year",
        '"X" means Savings in the prior performance year, or $0 in the first performance year.',
    ),
    (
        '"X" means the 3-year average of Savings.',
        "the average of Savings over the 3 performance years ending with it",
        None,
    ),
    (
        '"X" means the average of Points across all ACOs in the same Tier.',
        "in that Tier",
        '"X" means the average of Points across all ACOs in that Tier.',
    ),
    (
        '"X" means the rank of Points across all ACOs.',
        "the rank of Points across all ACOs, highest first, ties sharing the better rank",
        None,
    ),
    (
        'The "X" is met if Points is at least the prior year’s Points.',
        "Points in the prior performance year",
        'The "X" is met if Points is at least Points in the prior performance year.',
    ),
    (
        'The "X" is met if Points is at least its Points in the prior performance year.',
        "Points in the prior performance year",
        'The "X" is met if Points is at least Points in the prior performance year.',
    ),
    (
        'The "X" is met if Cost is less than 98% of last year\'s Cost.',
        "Cost in the prior performance year",
        'The "X" is met if Cost is less than 98% of Cost in the prior performance year.',
    ),
    (
        'The "X" is met if Points is higher than in the prior performance year.',
        "Points is more than Points in the prior performance year",
        None,
    ),
    (
        'The "X" is met if Cost has fallen since the prior year.',
        "Cost is less than Cost in the prior performance year",
        'The "X" is met if Cost is less than Cost in the prior performance year.',
    ),
    (
        'The "X" is met if Share for "M1" is at least 2 percentage points above Share for "M2".',
        "is at least (Share plus 2 percentage points)",
        'The "X" is met if Share for "M1" is at least ((Share for "M2") plus 2 percentage points).',
    ),
    (
        'The "X" is met if Cost is below Cost in the prior performance year, or $0 in the first performance year.',
        "(Cost in the prior performance year, or $0 in the first performance year)",
        'The "X" is met if Cost is below '
        "(Cost in the prior performance year, or $0 in the first performance year).",
    ),
    ('The "X" is met if Cost is at or below Benchmark.', "is at most", None),
    ('The "X" is met if Points is at or above 50.', "is at least", None),
    (
        '"X" means Savings, but not more than $100 per Performance Year.',
        "for each Performance Year",
        '"X" means Savings, but not more than $100 for each Performance Year.',
    ),
    (
        '"X" means Savings, but not more than $1,000.50 in any contract year.',
        "for each Performance Year",
        '"X" means Savings, but not more than $1,000.50 for each Performance Year.',
    ),
    (
        '"X" means, for each Month, the total of Paid, but not more than $100 in each month.',
        "for each Month",
        '"X" means, for each Month, the total of Paid, but not more than $100 for each Month.',
    ),
    ('"X" means Share of "M1".', 'Share for "M1"', None),
    ('"X" means Share for Measure "M1".', 'Share for "M1"', None),
    ('"X" means the "M1" Share.', 'Share for "M1"', None),
    (
        '"X" means the percentile rank of Points among all ACOs.',
        "the rank of Points across all …, lowest first, ties sharing the better rank",
        '"X" means the rank of Points across all ACOs, lowest first, ties sharing the better rank.',
    ),
    (
        'The "X" is met if the ACO is in the top quartile of Points.',
        "Points is at least (the 75th percentile, by nearest rank, of Points across all …)",
        'The "X" is met if Points is at least (the 75th percentile, by nearest rank, of Points across all ACOs).',
    ),
    (
        'The "X" is met if the ACO is among the 3 highest in Points.',
        "(the rank of Points across all …, highest first, ties sharing the better rank) is at most 3",
        'The "X" is met if (the rank of Points across all ACOs, highest first, ties sharing the better rank) is '
        "at most 3.",
    ),
]


@pytest.mark.parametrize(("written", "write", "right"), WORDINGS, ids=[w[0] for w in WORDINGS])
def test_the_message_prints_words_that_are_accepted(written: str, write: str, right: str | None) -> None:
    done = compile_text(f"{FRAME}2.1 {written}\n")
    found = [d for d in done.errors if d.code == "VBC1031"]
    assert len(done.errors) == 1, to_text(done.diagnostics)
    assert write in f"write “{found[0].help}”", found[0].help
    if right is None and not write.startswith(("Share", '"')):
        head = written.split(" means ")[0]
        right = written if " means " not in written else f"{head} means {write}."
        if " means " not in written or write.startswith((",", "not", "$", "is")):
            right = _replaced(written, write)
    if right is not None:
        good = compile_text(f"{FRAME}2.1 {right}\n")
        assert not good.errors, to_text(good.diagnostics)


def _replaced(written: str, write: str) -> str:
    """The sentence with the words of the message in place of those that it points at."""
    text = f"{FRAME}2.1 {written}\n"
    found = compile_text(text).errors[0]
    assert found.span is not None
    return f"{text[: found.span.start]}{write}{text[found.span.end :]}".split("2.1 ", 1)[1].strip()
