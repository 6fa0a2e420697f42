"""Programs of outside drafters: pools of several payers, averaged withholds, full risk, episodes."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract, part

LIVES = {
    "X": {"P1": (10, 11, 12, 13), "P2": (7, 7, 7, 8), "P3": (30, 30, 0, 0)},
    "Y": {"P1": (1, 1, 1, 1), "P2": (3, 0, 0, 0), "P3": (2, 2, 2, 2)},
}


@contract(
    """
contract "Multi-Payer Primary Care Investment Pool".
language version 1.
the Administrator is "Regional Health Improvement Collaborative".
the Participant is each Practice.
effective January 1, 2025 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Payer Contributions" are records, one for each Insurer in each Performance Year:
    | Column         | Kind                   | If missing |
    | Pledge         | money                  | required   |
    | Covered Lives  | count                  | required   |
1.2 "Attribution" are records, one for each Practice and Insurer in each Quarter:
    | Column         | Kind   | If missing |
    | Attributed Lives | count | 0         |
1.3 "Practice Roster" are records, one for each Practice:
    | Column     | Kind | If missing        |
    | Start Date | date | required          |
    | End Date   | date | December 31, 2026 |
    | Rural      | yes or no | no           |
2.1 "Insurer Pool" means, for each Insurer in each Performance Year, Pledge, but not more than $4 times Covered Lives.
2.2 "Rural Factor" means 125% if Rural, otherwise 100%.
2.3 "Weight" means, for each Practice and Insurer in each Performance Year, (the average of Attributed Lives) times Rural Factor, prorated by days in force.
2.4 The Insurer Pool is divided, for each Insurer, among the Practices, in proportion to Weight; each part is its "Insurer Part"; if no Practice qualifies, the Insurer Pool stays with the Administrator; parts are to the cent by largest remainder, ties to the first in order of Practice.
2.5 "Year Investment" means the total of Insurer Part over all Insurers.
2.6 "Installment" means one quarter of Year Investment, rounded down to the cent.
2.7 The Administrator must pay the Participant the "Investment Payment", in each Quarter: Installment if (the number of days from the end of the Quarter to the end of the performance year) is more than 0 days, otherwise Year Investment minus (3 times Installment).
""",
    payer_contributions="insurer,performance_year,pledge,covered_lives\nX,2025,1000.01,400\nY,2025,500,100\nX,2026,900,400\nY,2026,100,400\n",
    attribution="practice,insurer,quarter,attributed_lives\n"
    + "".join(
        f"{p},{i},{y}-Q{q},{v}\n"
        for y in (2025, 2026)
        for i, of in LIVES.items()
        for p, values in of.items()
        for q, v in enumerate(values, 1)
    ),
    practice_roster="practice,start_date,end_date,rural\nP1,2025-01-01,,yes\nP2,2025-01-01,,no\nP3,2025-01-01,2025-06-30,\n",
    years=(1, 2),
)
def a_pool_of_each_payer_divided_among_practices_that_join_and_leave() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    for year, pools in ((2025, {"X": F("1000.01"), "Y": F(400)}), (2026, {"X": F(900), "Y": F(100)})):
        total = dict.fromkeys(("P1", "P2", "P3"), F(0))
        for insurer, pool in pools.items():
            stay = {"P1": F(125, 100), "P2": F(1), "P3": F(181, 365) if year == 2025 else F(0)}
            weights = {p: F(sum(v), 4) * stay[p] for p, v in LIVES[insurer].items()}
            parts = by_largest_remainder(pool, weights)
            assert sum(parts.values()) == pool
            for practice, amount in parts.items():
                found[f"Insurer Part at {practice}, {year}, {insurer}"] = amount
                total[practice] += amount
        for practice, amount in total.items():
            installment = F((amount * 25).__floor__(), 100)
            for quarter in (1, 2, 3):
                found[f"Investment Payment at {practice}, {year}-Q{quarter}"] = installment
            found[f"Investment Payment at {practice}, {year}-Q4"] = amount - 3 * installment
    return found


SCORES: dict[str, tuple[str, ...]] = {
    "H1": ("80", "70", "", "60", "90"),
    "H2": ("", "", "50", "40", "30"),
    "H3": ("90.5", "88", "77", "66", "55.5"),
    "H4": ("", "", "", "", ""),
    "H5": ("10", "20", "30", "40", "50"),
}


def discharges(hospital: str, year: int) -> int:
    return 100 * int(hospital[1]) + year


def revenue(hospital: str, year: int, quarter: int) -> F:
    return F("1000.33") * int(hospital[1]) + quarter * (year + 1)


def written(amount: F) -> str:
    return f"{int(amount * 100) // 100}.{int(amount * 100) % 100:02}"


@contract(
    """
contract "Three-Year Averaged Withhold Agreement".
language version 1.
the Payer is "Prairie Health Plan".
the Provider is each Hospital.
effective January 1, 2022 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Hospital Revenue" are records, one for each Hospital in each Quarter:
    | Column      | Kind  | If missing |
    | Net Revenue | money | required   |
1.2 "Hospital Performance" are records, one for each Hospital in each Performance Year:
    | Column           | Kind                                   | If missing |
    | Composite Score  | number from 0 to 100                   | not scored |
    | Discharges       | count                                  | required   |
    | Safety Net       | yes or no                              | no         |
2.1 "Withhold Rate" means 1.5% if Safety Net, otherwise 2.5%.
2.2 The Payer must withhold from the Provider the "Quarterly Withhold", in each Quarter: Withhold Rate times Net Revenue.
2.3 "Averaged Score" means the average of Composite Score over the 3 performance years ending with it that are scored, weighted by Discharges.
2.4 "Upper Quartile" means, in each Performance Year, the 75th percentile, by nearest rank, of Averaged Score across all Hospitals that are scored.
2.5 "Lower Quartile" means, in each Performance Year, the 25th percentile, by nearest rank, of Averaged Score across all Hospitals that are scored.
2.6 "Best Score" means, in each Performance Year, the largest of Averaged Score across all Hospitals that are scored.
2.7 "Earned Percentage" is set by the first row that applies:
    | If | Earned Percentage |
    | Averaged Score is not scored | 100% |
    | Averaged Score is at least Upper Quartile | 100% |
    | Averaged Score is at most Lower Quartile | 0% |
    | otherwise | Averaged Score divided by Best Score, or 0% if the divisor is zero |
2.8 "Year Withhold" means the total of Quarterly Withhold.
2.9 The Payer must return to the Provider, out of the Quarterly Withhold, the "Returned Withhold": Earned Percentage times Year Withhold.
2.10 "Not Returned" means Year Withhold minus Returned Withhold.
2.11 "New Money" means, in each Performance Year, 90% of (the total of Not Returned across all Hospitals).
2.12 "Redistribution Pool" means, in each Performance Year, New Money plus (Pool Rest in the prior performance year), or New Money in the first performance year.
2.13 A Hospital is "Top" if Averaged Score is scored and Averaged Score is at least Upper Quartile.
2.14 The Redistribution Pool is divided among the Hospitals that are Top, in proportion to Discharges, but not more than 1% of (the total of Net Revenue) each; each part is its "Share of Pool"; an amount above a limit is not divided again; if no Hospital qualifies, the Redistribution Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of Hospital.
2.15 "Pool Rest" means, in each Performance Year, Redistribution Pool minus (the total of Share of Pool across all Hospitals).
2.16 The Payer must pay the Provider the "Quality Distribution": Share of Pool.
""",
    hospital_revenue="hospital,quarter,net_revenue\n"
    + "".join(
        f"{h},{2022 + y}-Q{q},{written(revenue(h, y, q))}\n"
        for h in SCORES
        for y in range(5)
        for q in (1, 2, 3, 4)
    ),
    hospital_performance="hospital,performance_year,composite_score,discharges,safety_net\n"
    + "".join(
        f"{h},{2022 + y},{score},{discharges(h, y)},{'yes' if h == 'H2' else ''}\n"
        for h, scores in SCORES.items()
        for y, score in enumerate(scores)
    ),
    years=(1, 2, 3, 4, 5),
)
def a_withhold_on_scores_of_three_years_with_a_pool_carried_on() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    rest = F(0)
    for y in range(5):
        average: dict[str, F] = {}
        for h, scores in SCORES.items():
            there = [(F(scores[k]), discharges(h, k)) for k in range(max(0, y - 2), y + 1) if scores[k]]
            if there:
                average[h] = sum((s * d for s, d in there), F(0)) / sum(d for _, d in there)
        ranked = sorted(average.values())
        upper, lower = (ranked[-(-len(ranked) * p // 4) - 1] for p in (3, 1))
        new = F(0)
        for h in SCORES:
            rate = F("0.015") if h == "H2" else F("0.025")
            withheld = sum((cents(rate * revenue(h, y, q)) for q in (1, 2, 3, 4)), F(0))
            if h not in average or average[h] >= upper:
                earned = F(1)
            else:
                earned = F(0) if average[h] <= lower else average[h] / max(ranked)
            returned = cents(earned * withheld)
            found[f"Returned Withhold at {h}, {2022 + y}"] = returned
            new += withheld - returned
        pool = new * F("0.9") + rest
        found[f"Redistribution Pool at H4, {2022 + y}"] = pool
        top = {h: discharges(h, y) for h in average if average[h] >= upper}
        spent = F(0)
        for h, weight in top.items():
            most = sum((revenue(h, y, q) for q in (1, 2, 3, 4)), F(0)) / 100
            ideal = cents(pool) * weight / sum(top.values())
            assert ideal > most  # each is at its limit, cut down to the cent
            found[f"Quality Distribution at {h}, {2022 + y}"] = F((most * 100).__floor__(), 100)
            spent += F((most * 100).__floor__(), 100)
        rest = pool - spent
        found[f"Pool Rest at H1, {2022 + y}"] = rest
    return found


@contract(
    """
contract "Full Risk Agreement with Deficit Carry-forward".
language version 1.
the Plan is "Sunrise Medicare Advantage HMO".
the Medical Group is each IPA.
effective January 1, 2024 through December 31, 2027.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

Article 1. Data.
1.1 "Monthly Enrollment" are records, one for each Member in each Month:
    | Column            | Kind      | If missing |
    | IPA               | text      | required   |
    | CMS Premium       | money     | required   |
    | Medical Expense   | money     | $0         |
    | Out of Area       | money     | $0         |
1.2 "Quality Stars" are records, one for each IPA in each Performance Year:
    | Column      | Kind                | If missing |
    | Star Rating | number from 1 to 5  | required   |
    | Coding Audit Reduction | money    | $0         |

Article 2. Risk pool.
2.1 "Premium Share" means 85% if Star Rating is 4 or more, otherwise 83%.
2.2 "Reinsurance Premium" means $12.50 per member per month times (the number of Monthly Enrollment).
2.3 "Member Expense" means, for each Member, the total of Medical Expense.
2.4 "Reinsurance Recovery" means, for each Member, 90% of (the amount by which Member Expense exceeds $150,000), but not more than $1,000,000.
2.5 "Pool Revenue" means (Premium Share times (the total of CMS Premium)) minus Coding Audit Reduction minus Reinsurance Premium.
2.6 "Pool Expense" means (the total of Medical Expense) plus (50% of (the total of Out of Area)) minus (the total of Reinsurance Recovery over all Members).
2.7 "Pool Result" means Pool Revenue minus Pool Expense.

Article 3. Deficit.
3.1 "Brought Forward" means (Carried Deficit in the prior performance year), increased by 4%, or $0 in the first performance year.
3.2 "Carried Deficit" means Brought Forward minus Pool Result, but not less than $0.
3.3 "Distributable Surplus" means the amount by which Pool Result exceeds Brought Forward.
3.4 "Surplus Share" is the sum, over the rows, of Share times the part of Distributable Surplus that falls in the row:
    | Part of Distributable Surplus | Share |
    | above $0 up to and including 5% of Pool Revenue | 100% |
    | above 5% of Pool Revenue | 50% |
3.5 The Plan must pay the Medical Group the "Surplus Distribution": Surplus Share.
3.6 If the performance year is 4, the Medical Group must pay the Plan the "Final Deficit Payment": 50% of Carried Deficit, but not more than 3% of Pool Revenue.
""",
    monthly_enrollment="ipa,member,month,cms_premium,medical_expense,out_of_area\n"
    "A,m1,2024-01,1000.55,400000,\nA,m2,2024-02,1200,900.01,100.01\nA,m1,2024-03,1000.55,1600000,\n"
    "A,m1,2025-01,900000,100.1,\nA,m2,2025-12,1200,0,33.33\nA,m1,2026-06,600000,10,\nA,m3,2026-07,800000,200000.005,1\n"
    "A,m1,2027-01,10000,100000,\nB,m9,2024-05,5000,100,\nB,m9,2025-05,5000,9000,\nB,m9,2026-05,5000,5000,\n"
    "B,m9,2027-05,5000,4100,\nB,m8,2027-06,5000,0.5,\n",
    quality_stars="ipa,performance_year,star_rating,coding_audit_reduction\nA,2024,4,100\nA,2025,3.99,\nA,2026,4.5,0.01\nA,2027,4,\n"
    "B,2024,3,\nB,2025,4,5\nB,2026,4,\nB,2027,4,\n",
    years=(1, 2, 3, 4),
)
def full_risk_with_a_deficit_that_bears_interest_and_reinsurance() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    share = {True: F("0.85"), False: F("0.83")}
    over = F(150000)
    years = {  # premium, stars of four or more, audit, months, expense outside of recovery, recovery
        "A": [
            (
                F("3201.10"),
                True,
                F(100),
                3,
                F("2000900.01") + F("50.005"),
                min((2000000 - over) * F("0.9"), F(1000000)),
            ),
            (F(901200), False, F(0), 2, F("100.1") + F("16.665"), F(0)),
            (F(1400000), True, F("0.01"), 2, F("200010.005") + F("0.5"), (F("200000.005") - over) * F("0.9")),
            (F(10000), True, F(0), 1, F(100000), F(0)),
        ],
        "B": [
            (F(5000), False, F(0), 1, F(100), F(0)),
            (F(5000), True, F(5), 1, F(9000), F(0)),
            (F(5000), True, F(0), 1, F(5000), F(0)),
            (F(10000), True, F(0), 2, F("4100.5"), F(0)),
        ],
    }
    for ipa, rows in years.items():
        deficit = F(0)
        for year, (premium, stars, audit, months, expense, recovery) in enumerate(rows, 2024):
            revenue = share[stars] * premium - audit - months * F("12.5")
            result = revenue - (expense - recovery)
            brought = deficit * F("1.04")
            deficit = max(brought - result, F(0))
            surplus = max(result - brought, F(0))
            edge = revenue / 20
            found[f"Surplus Distribution at {ipa}, {year}"] = cents(
                part(surplus, 0, edge) + part(surplus, edge, None) / 2
            )
            found[f"Carried Deficit at {ipa}, {year}"] = deficit
            last = cents(min(deficit / 2, revenue * F("0.03"))) if year == 2027 else F(0)
            found[f"Final Deficit Payment at {ipa}, {year}"] = last
    return found


EPISODES = (
    ("A", "2026-01-01", "LEJR", "20000", "1.1"),
    ("A", "2026-06-30", "CABG", "90000.50", ""),
    ("A", "2026-12-31", "Bowel", "10000", "0.95"),
    ("B", "2026-02-02", "SHFFT", "41000", "1"),
    ("B", "2026-02-03", "LEJR", "99000", "1.2"),
    ("C", "2026-02-03", "LEJR", "26000.01", "1"),
    ("C", "2026-02-03", "LEJR", "26000.01", "1"),
    ("D", "2026-03-01", "Spinal Fusion", "55000", "0.9"),
    ("D", "2027-01-01", "LEJR", "1", "1"),
    ("E", "2026-03-01", "CABG", "61000", "1"),
    ("F", "2026-03-01", "LEJR", "12000.55", "1"),
    ("G", "2026-03-01", "LEJR", "24000", "1"),
)
PRICES = {
    "LEJR": ("25000", "1.05", "60000"),
    "SHFFT": ("40000", "0.95", "80000"),
    "Spinal Fusion": ("50000", "1.01", "120000"),
    "CABG": ("60000", "0.97", "85000"),
    "Bowel": ("30000", "1.029", "70000"),
}
HOSPITALS = {
    "A": ("1", "80", "0.99"),
    "B": ("2", "60.5", "1"),
    "C": ("3", "100", ""),
    "D": ("1", "0", "1"),
    "E": ("2", "33.333", "1.001"),
    "F": ("1", "90", ""),
    "G": ("3", "77.7", ""),
}


@contract(
    """
contract "Transforming Episodes Agreement".
language version 1.
the Payer is "Commonwealth Employees Health Plan".
the Provider is each Hospital.
effective January 1, 2026 through December 31, 2028.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Episodes" are entries, any number for each Hospital, placed by Anchor Date:
    | Column       | Kind  | If missing |
    | Anchor Date  | date  | required   |
    | Episode Type | one of "LEJR", "SHFFT", "Spinal Fusion", "CABG" or "Bowel" | required |
    | Spending     | money | required   |
    | Risk Multiplier | number | 1       |
1.2 "Target Prices" are records, one for each Episode Type in each Performance Year:
    | Column          | Kind  | If missing |
    | Regional Price  | money | required   |
    | Trend Factor    | number | required  |
    | High-cost Cap   | money | required   |
1.3 "Hospital Facts" are records, one for each Hospital in each Performance Year:
    | Column           | Kind                                   | If missing |
    | Track            | one of "1", "2" or "3"                 | required   |
    | Composite Quality Score | number from 0 to 100            | required   |
    | Normalization Factor | number                             | 1          |
2.1 "Trend Adjustment" means, for each Episode Type, Trend Factor, but not less than 0.97 and not more than 1.03.
2.2 "Discount" is set by Episode Type, with one row for each Episode Type:
    | Episode Type | Discount |
    | "CABG" or "Bowel" | 1.5% |
    | any other value | 2% |
2.3 "Base Price" means, for each Episode Type, Regional Price times (100% minus Discount) times Trend Adjustment times Normalization Factor.
2.4 "Target" means the total of (Base Price times Risk Multiplier).
2.5 "Actual" means the total of (the lesser of Spending and High-cost Cap).
2.6 "Reconciliation Amount" means Target minus Actual.
2.7 "Quality Share" means Composite Quality Score divided by 100.
2.8 "CQS Adjustment Percentage" is set by the first row that applies:
    | If | CQS Adjustment Percentage |
    | Reconciliation Amount is at least $0 | 10% times (1 minus Quality Share) |
    | Track is "2" | 15% times Quality Share |
    | Track is "3" | 10% times Quality Share |
    | otherwise | 0% |
2.9 "Quality-Adjusted Reconciliation Amount" means Reconciliation Amount, reduced by CQS Adjustment Percentage.
2.10 "Stop Rate" is set by Track, with one row for each Track:
    | Track | Stop Rate |
    | "1" | 10% |
    | "2" | 5% |
    | "3" | 20% |
2.11 "Net Payment Reconciliation Amount" means Quality-Adjusted Reconciliation Amount, but not more than Stop Rate times Target in either direction.
2.12 The Payer must pay the Provider the "Reconciliation Payment": Net Payment Reconciliation Amount, but not less than $0.
2.13 The Provider must pay the Payer the "Repayment Amount": $0 minus Net Payment Reconciliation Amount, but not less than $0, unless Track is "1", due within 60 days after notice.
""",
    episodes="hospital,anchor_date,episode_type,spending,risk_multiplier\n"
    + "".join(",".join(row) + "\n" for row in EPISODES),
    target_prices="episode_type,performance_year,regional_price,trend_factor,high_cost_cap\n"
    + "".join(f"{kind},{year},{','.join(row)}\n" for year in (2026, 2027) for kind, row in PRICES.items()),
    hospital_facts="hospital,performance_year,track,composite_quality_score,normalization_factor\n"
    + "".join(f"{h},2026,{','.join(row)}\n{h},2027,1,1,1\n" for h, row in HOSPITALS.items()),
)
def episodes_by_track_with_a_quality_discount_and_stop_limits() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    for h, (track, quality, norm) in HOSPITALS.items():
        target = actual = F(0)
        for who, day, kind, spent, risk in EPISODES:
            if who != h or not day.startswith("2026"):
                continue
            price, trend, cap = (F(x) for x in PRICES[kind])
            discount = F("0.015") if kind in ("CABG", "Bowel") else F("0.02")
            trend = min(max(trend, F("0.97")), F("1.03"))
            target += price * (1 - discount) * trend * F(norm or 1) * F(risk or 1)
            actual += min(F(spent), cap)
        amount = target - actual
        score = F(quality) / 100
        if amount >= 0:
            cut = F("0.1") * (1 - score)
        else:
            cut = {"1": F(0), "2": F("0.15"), "3": F("0.1")}[track] * score
        limit = {"1": F("0.1"), "2": F("0.05"), "3": F("0.2")}[track] * target
        net = min(max(amount * (1 - cut), -limit), limit)
        found[f"Net Payment Reconciliation Amount at {h}, 2026"] = net
        found[f"Reconciliation Payment at {h}, 2026"] = cents(max(net, F(0)))
        found[f"Repayment Amount at {h}, 2026"] = 0 if track == "1" else cents(max(-net, F(0)))
    assert found["Net Payment Reconciliation Amount at F, 2026"] == F(25235) / 10
    return found
