"""Risk corridors."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract, part

DATA = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Target | money | required   |
    | Actual | money | required   |
"""
HEAD = "aco,performance_year,target,actual\n"


@contract(
    DATA
    + """
2.1 "Difference" means Target minus Actual.
2.2 "Corridor Amount" is the sum, over the rows, of Provider Share times the part of Difference that falls in the row, and the same rows apply to a negative Difference with the sign reversed:
    | Part of Difference                                    | Provider Share |
    | above $0 up to and including 1.5% of Target           | 0%             |
    | above 1.5% of Target up to and including 6% of Target | 35%            |
    | above 6% of Target up to and including 12% of Target  | 62.5%          |
    | above 12% of Target                                   | 90%            |
2.3 The Payer must pay the Provider the "Reconciliation": Corridor Amount, and if the result is less than $0, the Provider must pay the difference to the Payer.
""",
    results=HEAD
    + "A,2024,2000000,1970000\nB,2024,2000000,1700000\nC,2024,2000000,2130000.07\nD,2024,2000000,1880000\n",
)
def a_corridor_with_a_dead_band_on_both_sides() -> Amounts:
    def share(x: F) -> F:
        return (
            F("0.35") * part(x, 30000, 120000)
            + F("0.625") * part(x, 120000, 240000)
            + F("0.9") * part(x, 240000, None)
        )

    return {
        "Reconciliation at A, 2024": 0,
        "Reconciliation at B, 2024": cents(share(F(300000))),
        "Reconciliation at C, 2024": -cents(share(F("130000.07"))),
        "Reconciliation at D, 2024": cents(share(F(120000))),
    }


@contract(
    DATA
    + """
2.1 "Loss" means the amount by which Actual exceeds Target.
2.2 "Stop Loss" is set by Loss, in which each share applies only to the part of Loss within its row:
    | Loss                                         | Stop Loss |
    | above $0 up to and including $100,000        | 100%      |
    | above $100,000 up to and including $250,000  | 50%       |
    | above $250,000                               | 10%       |
2.3 "Payer Part" is set by Loss, in which each share applies only to the part of Loss within its row:
    | Loss                                         | Payer Part |
    | above $0 up to and including $100,000        | 0%         |
    | above $100,000 up to and including $250,000  | 50%        |
    | above $250,000                               | 90%        |
2.4 The Provider must pay the Payer the "Deficit Payment": Stop Loss, rounded down to the dollar.
2.5 The parties confirm, for every settlement, that (Stop Loss plus Payer Part) is exactly Loss.
""",
    results=HEAD + "A,2024,1000000,1100000\nB,2024,1000000,1333333.33\nC,2024,1000000,900000\n",
)
def a_stop_loss_in_dollars_whose_shares_add_up() -> Amounts:
    return {
        "Deficit Payment at A, 2024": 100000,
        "Deficit Payment at B, 2024": int(100000 + 75000 + F("83333.33") / 10),
        "Payer Part at B, 2024": 75000 + F("83333.33") * F("0.9"),
        "Deficit Payment at C, 2024": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO and Cohort in each Performance Year:
    | Column        | Kind                                   | If missing |
    | Member Months | count of member months                 | required   |
    | Rate          | money per member per month             | required   |
    | Claims        | money                                  | required   |
2.1 "Expected" means, for each Cohort, Rate times Member Months.
2.2 "Total Expected" means the total of Expected.
2.3 "Total Claims" means the total of Claims.
2.4 "Difference" means Total Expected minus Total Claims.
2.5 "Limited Difference" means Difference, but not more than 4% of Total Expected in either direction.
2.6 The Payer must pay the Provider the "Aggregate Settlement": 80% of Limited Difference; if it is negative, the Provider must pay that amount to the Payer.
""",
    results="aco,cohort,performance_year,member_months,rate,claims\n"
    "A,ABD,2024,12000,510.25,6000000\nA,Family,2024,60000,180.10,11200000\nB,ABD,2024,100,500,48500\nB,Family,2024,10,1,10.01\n",
)
def cohorts_are_added_before_the_corridor() -> Amounts:
    expected = 12000 * F("510.25") + 60000 * F("180.10")
    difference = expected - 17200000
    limit = F("0.04") * expected
    return {
        "Difference at A, 2024": difference,
        "Aggregate Settlement at A, 2024": -cents(-F("0.8") * max(difference, -limit))
        if difference < 0
        else cents(F("0.8") * min(difference, limit)),
        "Aggregate Settlement at B, 2024": cents(F("0.8") * (50010 - F("48510.01"))),
    }


@contract(
    """
contract "Experience Rebate".
language version 1.
the Commission is "State Commission".
the MCO is each Plan.
effective September 1, 2022 through August 31, 2025.
a performance year is each 12 months from September 1, 2022.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Financial Reports" are records, one for each Plan and Program in each Performance Year:
    | Column   | Kind  | If missing |
    | Revenue  | money | required   |
    | Expenses | money | required   |
2.1 "Total Revenue" means the total of Revenue.
2.2 "Net Income" means Total Revenue minus (the total of Expenses).
2.3 "Loss Carried Forward" means (Loss Carried Forward in the prior performance year) minus Net Income, but not less than $0, starting from $0 before performance year 1.
2.4 "Taxable Income" means Net Income minus (Loss Carried Forward in the prior performance year), but not less than $0, or $0 in the first performance year.
2.5 "Rebate" is the sum, over the rows, of Share times the part of Taxable Income that falls in the row:
    | Part of Taxable Income                                              | Share |
    | above $0 up to and including 4% of Total Revenue                    | 0%    |
    | above 4% of Total Revenue up to and including 6% of Total Revenue   | 25%   |
    | above 6% of Total Revenue up to and including 10% of Total Revenue  | 55%   |
    | above 10% of Total Revenue                                          | 100%  |
2.6 From September 1, 2024 through August 31, 2025, the following table applies instead of the table in section 2.5:
    | Part of Taxable Income                           | Share |
    | above $0 up to and including 5% of Total Revenue | 0%    |
    | above 5% of Total Revenue                        | 100%  |
2.7 The MCO must pay the Commission the "Experience Rebate": Rebate.
""",
    years=(1, 2, 3),
    financial_reports="plan,program,performance_year,revenue,expenses\n"
    "P,STAR,2022-09-01,1000000,1040000\nP,CHIP,2022-09-01,500000,490000\n"
    "P,STAR,2023-09-01,1000000,850000\nP,CHIP,2023-09-01,600000,590000\n"
    "P,STAR,2024-09-01,1000000,850000\nP,CHIP,2024-09-01,600000,590000.55\n",
)
def an_experience_rebate_after_losses() -> Amounts:
    taxable = F(160000) - 30000
    revenue = 1600000
    return {
        "Loss Carried Forward at P, 2022": 30000,
        "Experience Rebate at P, 2023": cents(
            F("0.25") * part(taxable, F("0.04") * revenue, F("0.06") * revenue)
            + F("0.55") * part(taxable, F("0.06") * revenue, F("0.1") * revenue)
        ),
        "Experience Rebate at P, 2024": cents(F("159999.45") - F("0.05") * revenue),
    }


@contract(
    """
contract "Unspent Funds".
language version 1.
the Department is "Department of Health".
the Plan is each PIHP.
effective October 1, 2024 through September 30, 2025.
a performance year is each 12 months from October 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Year End Reports" are records, one for each PIHP in each Performance Year:
    | Column     | Kind                                | If missing |
    | Capitation | money                               | required   |
    | Spent      | money, at least $0                  | treated as $0 |
2.1 "Unspent Funds" means the amount by which Capitation exceeds Spent.
2.2 "Retained Funds" is the sum over the parts of Unspent Funds, where each row applies to the part within it:
    | Unspent Funds                                               | Retained Funds |
    | above $0 up to and including 5% of Capitation               | 100%           |
    | above 5% of Capitation up to and including 10% of Capitation | one half      |
    | above 10% of Capitation                                     | 0%             |
2.3 The Plan must repay the Department the "Returned Funds": Unspent Funds minus Retained Funds, by February 28 after the performance year.
""",
    year_end_reports="pihp,performance_year,capitation,spent\nN,2024-10-01,2000001,1700000\nS,2024-10-01,2000001,\nW,2024-10-01,2000001,2100000\n",
)
def unspent_funds_are_kept_in_part() -> Amounts:
    kept = F("0.05") * 2000001 + F("0.025") * 2000001
    return {
        "Returned Funds at N, 2024": cents(300001 - kept),
        "Returned Funds at S, 2024": cents(2000001 - kept),
        "Returned Funds at W, 2024": 0,
    }
