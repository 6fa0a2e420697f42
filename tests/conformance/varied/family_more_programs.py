"""Programs of outside drafters: global budgets, facility incentives, medical homes, dialysis, market trends."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract, part

ORDERS = {  # update, growth, quality, one-time
    "H1": (("3.25", "0.5", "-1", ""), ("2", "", "0.333", "-1000.01"), ("1", "1", "1", "5")),
    "H2": (("3", "0", "0", ""),) * 3,
    "H3": (("3", "0", "0", ""),) * 3,
}
BILLED = {
    "H1": (("2024-07", "500000"), ("2025-06", "550000"), ("2025-07", "1000000"), ("2026-07", "1100000")),
    "H2": (("2024-08", "2000000"), ("2025-08", "2100000.10"), ("2026-09", "2000000")),
    "H3": (("2024-07", "9999999.99"), ("2024-10", "1"), ("2025-12", "11000000"), ("2027-06", "10900000")),
}
CASES = {
    "z1": {"H1": ("12.5", "10"), "H2": ("8", "9.25"), "H3": ("7", "8")},
    "z2": {"H1": ("1", "4"), "H2": ("5", "4"), "H3": ("3", "2.5")},
}


def year_of(month: str) -> int:
    return int(month[:4]) - (int(month[5:]) < 7)


@contract(
    """
contract "Global Budget Revenue Agreement".
language version 1.
the Commission is "Health Services Commission".
the Hospital is each Facility.
effective July 1, 2024 through June 30, 2027.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Rate Orders" are records, one for each Facility in each Performance Year:
    | Column                  | Kind                       | If missing |
    | Inflation Update        | rate written as a percent  | required   |
    | Population Growth       | rate written as a percent  | 0%         |
    | Quality Adjustment      | rate written as a percent  | 0%         |
    | One-time Adjustment     | money                      | $0         |
1.2 "Charges" are records, one for each Facility in each Month:
    | Column  | Kind  | If missing |
    | Charges Billed | money | required |
1.3 "Schedule A" are records, one for each Facility:
    | Column  | Kind  | If missing |
    | Base Revenue | money | required |
1.4 "Volumes" are records, one for each Facility and Zip Group in each Performance Year:
    | Column    | Kind   | If missing |
    | Cases | number | 0 |
    | Prior Cases | number | 0 |
2.1 "Growth" means, for each Zip Group, Cases minus Prior Cases.
2.2 "Growth of Others" means, for each Zip Group, the total of Growth across all other Facilities.
2.3 "Market Shift" means, for each Zip Group: (a) the lesser of Growth and (0 minus Growth of Others), but not less than 0, if Growth is at least 0; or (b) otherwise the greater of Growth and (0 minus Growth of Others), but not more than 0.
2.4 "Market Shift Adjustment" means (50% of (the total of Market Shift over all Zip Groups)) times $12,000.
2.5 "Permanent Revenue" means ((Permanent Revenue in the prior performance year) times (100% plus Inflation Update plus Population Growth)) plus Market Shift Adjustment, starting from Base Revenue before performance year 1.
2.6 "Global Budget" means (Permanent Revenue times (100% plus Quality Adjustment)) plus One-time Adjustment minus Carried Variance.
2.7 "Variance" means (the total of Charges Billed) minus Global Budget.
2.8 "Overcharge" means Variance, but not less than $0.
2.9 "Undercharge" means $0 minus Variance, but not less than $0.
2.10 "Overcharge Effect" is the sum, over the rows, of Share times the part of Overcharge that falls in the row:
    | Part of Overcharge | Share |
    | above 0% up to and including 0.5% of Global Budget | 100% |
    | above 0.5% up to and including 1% of Global Budget | 140% |
    | above 1% of Global Budget | 150% |
2.11 "Undercharge Effect" is the sum, over the rows, of Share times the part of Undercharge that falls in the row:
    | Part of Undercharge | Share |
    | above $0 up to and including 0.5% of Global Budget | 100% |
    | above 0.5% of Global Budget up to and including 2% of Global Budget | 60% |
    | above 2% of Global Budget | 0% |
2.12 "Carried Variance" means (Overcharge Effect in the prior performance year) minus (Undercharge Effect in the prior performance year), or $0 in the first performance year.
2.13 The Hospital must pay the Commission the "Filing Fee", in each Quarter: 0.01% of (the total of Charges Billed), but not less than $1,000.
""",
    rate_orders="facility,performance_year,inflation_update,population_growth,quality_adjustment,one_time_adjustment\n"
    + "".join(
        f"{h},{2024 + y},{','.join(row)}\n" for h, rows in ORDERS.items() for y, row in enumerate(rows)
    ),
    charges="facility,month,charges_billed\n"
    + "".join(f"{h},{month},{amount}\n" for h, rows in BILLED.items() for month, amount in rows),
    schedule_a="facility,base_revenue\nH1,1000000\nH2,2000000\nH3,10000000\n",
    volumes="facility,zip_group,performance_year,cases,prior_cases\n"
    + "".join(
        f"{h},{zone},{year},{now},{before}\n"
        for zone, of in CASES.items()
        for h, (now, before) in of.items()
        for year in (2024, 2025, 2026)
    ),
    years=(1, 2, 3),
)
def a_global_budget_with_market_shift_and_a_corridor_of_charges() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    for h, base in (("H1", F(1000000)), ("H2", F(2000000)), ("H3", F(10000000))):
        shift = F(0)
        for of in CASES.values():
            own = F(of[h][0]) - F(of[h][1])
            others = sum((F(a) - F(b) for k, (a, b) in of.items() if k != h), F(0))
            shift += max(min(own, -others), F(0)) if own >= 0 else min(max(own, -others), F(0))
        permanent, carried = base, F(0)
        for y, (update, growth, quality, once) in enumerate(ORDERS[h]):
            year = 2024 + y
            permanent = permanent * (1 + F(update) / 100 + F(growth or 0) / 100) + shift / 2 * 12000
            budget = permanent * (1 + F(quality) / 100) + F(once or 0) - carried
            variance = sum((F(x) for month, x in BILLED[h] if year_of(month) == year), F(0)) - budget
            over, under = max(variance, F(0)), max(-variance, F(0))
            low, middle, high = budget * F("0.005"), budget * F("0.01"), budget * F("0.02")
            extra = (
                part(over, 0, low) + part(over, low, middle) * F("1.4") + part(over, middle, None) * F("1.5")
            )
            carried = extra - part(under, 0, low) - part(under, low, high) * F("0.6")
            found[f"Global Budget at {h}, {year}"] = budget
            for quarter in (1, 2, 3, 4):
                billed = sum(
                    (
                        F(x)
                        for month, x in BILLED[h]
                        if year_of(month) == year and (int(month[5:]) + 5) % 12 // 3 + 1 == quarter
                    ),
                    F(0),
                )
                found[f"Filing Fee at {h}, {year}-Q{quarter}"] = max(cents(billed / 10000), F(1000))
    return found


LEVELS = {
    "K": ("1", "1", "2", "2", "3", "3", "none", "3", "3", "2", "2", "1"),
    "L": ("", "", "", "", "none", "none", "none", "1", "1", "1", "3", "3"),
}
USE = {"K": (10, 10, 10, 10, 9, 10, 12, 9, 8, 10, 30, 9), "L": (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)}
RATES = {"low": (0, 2, 3, "4.5"), "medium": (0, 6, 8, "11.25"), "high": (0, 15, "22.5", 30)}
MONTHS = [(year, month) for year in (2024, 2025, 2026) for month in range(1, 13)]
PANEL = {  # a row for each member and month: tier, last visit
    "K": lambda y, m: [("a", "low", "2023-01-15"), ("b", "high", f"2024-0{y - 2023}-01"), ("c", "", "")],
    "L": lambda y, m: [("d", "medium", "2025-03-31")] if (y, m) >= (2025, 3) else [],
}


@contract(
    """
contract "Patient-Centered Medical Home Agreement".
language version 1.
the Payer is "Great River Health Plan".
the Provider is each Practice.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Panel" are records, one for each Member in each Month:
    | Column     | Kind       | If missing |
    | Practice   | text       | required   |
    | Risk Tier  | one of "low", "medium" or "high" | "low" |
    | Last Visit | date       | none       |
1.2 "Practice Facts" are records, one for each Practice in each Quarter:
    | Column            | Kind  | If missing |
    | Recognition Level | one of "none", "1", "2" or "3" | "none" |
    | Admissions        | count | required   |
    | Emergency Visits  | count | required   |
1.3 "Roster" are records, one for each Practice:
    | Column     | Kind | If missing        |
    | Start Date | date | required          |
    | End Date   | date | December 31, 2026 |
2.1 A Member is "Active", for each Member in each Month, if Last Visit is given and (the number of whole months from Last Visit to the start of the Month) is at most 24.
2.2 "Paid Level" is set, for each Practice in each Quarter, by the first row that applies:
    | If | Paid Level |
    | Recognition Level is "none" and (the number of months from Start Date to the start of the Quarter) is less than 6 | "1" |
    | otherwise | Recognition Level |
2.3 "Care Management Rate" is set, for each Member in each Month, by Risk Tier down and Paid Level across, where exactly one row and one column apply:
    | Risk Tier | "none" | "1" | "2" | "3" |
    | "low"       | $0.00 | $2.00   | $3.00   | $4.50   |
    | "medium"    | $0.00 | $6.00   | $8.00   | $11.25  |
    | "high"      | $0.00 | $15.00  | $22.50  | $30.00  |
2.4 "Utilization Rate" means, in each Quarter, 1,000 times (Admissions plus Emergency Visits) divided by (the number of Panel), or 0 if the divisor is zero.
2.5 "Utilization Change" means, in each Quarter, (Utilization Rate 2 Quarters earlier) divided by (Utilization Rate 6 Quarters earlier), or not scored if the divisor is zero, or not scored in the first 6 Quarters.
2.6 "Adjustment Factor" is set, in each Quarter, by Utilization Change, where exactly one row applies:
    | Utilization Change | Adjustment Factor |
    | not scored | 100% |
    | at most 95% | 110% |
    | above 95% up to but not including 105% | 100% |
    | at least 105% | 90% |
2.7 The Payer must pay the Provider the "Care Management Fee", in each Month: Adjustment Factor times (the total of Care Management Rate where Active).
2.8 The Payer must pay the Provider the "Transformation Bonus", in each Quarter: $10,000 if Recognition Level is "3" and (Recognition Level in the prior Quarter, or "none" in the first Quarter) is not "3", otherwise $0.
""",
    panel="practice,member,month,risk_tier,last_visit\n"
    + "".join(
        f"{p},{who},{y}-{m:02},{tier},{visit}\n"
        for p, rows in PANEL.items()
        for y, m in MONTHS
        for who, tier, visit in rows(y, m)
    ),
    practice_facts="practice,quarter,recognition_level,admissions,emergency_visits\n"
    + "".join(
        f"{p},{2024 + q // 4}-Q{q % 4 + 1},{level},{USE[p][q]},1\n"
        for p, of in LEVELS.items()
        for q, level in enumerate(of)
        if level
    ),
    roster="practice,start_date,end_date\nK,2024-01-01,\nL,2025-03-01,\n",
    years=(1, 2, 3),
)
def a_medical_home_with_levels_a_look_back_and_quarters_before() -> Amounts:
    found: dict[str, F | int | bool | str] = {}
    for p, levels in LEVELS.items():
        first = 0 if p == "K" else 4
        months = [sum(len(PANEL[p](*MONTHS[3 * q + i])) for i in range(3)) for q in range(12)]
        rate = [F(1000 * (USE[p][q] + 1), months[q]) if months[q] else F(0) for q in range(12)]
        for q in range(first, 12):
            factor = F(1)
            if q - 6 >= first:
                change = rate[q - 2] / rate[q - 6]
                factor = F("1.1") if change <= F("0.95") else F("0.9") if change >= F("1.05") else F(1)
            early = levels[q] == "none" and (q * 3 if p == "K" else q * 3 - 14) < 6
            level = 1 if early else 0 if levels[q] == "none" else int(levels[q])
            for year, month in MONTHS[3 * q : 3 * q + 3]:
                fee = F(0)
                for _, tier, visit in PANEL[p](year, month):
                    if not visit:
                        continue
                    y, m, d = (int(x) for x in visit.split("-"))
                    passed = (year - y) * 12 + month - m - (d > 1)  # to the first of a month
                    fee += F(RATES[tier][level]) if passed <= 24 else F(0)
                found[f"Care Management Fee at {p}, {year}-{month:02}"] = cents(factor * fee)
            new = levels[q] == "3" and (q == first or levels[q - 1] != "3")
            found[f"Transformation Bonus at {p}, {2024 + q // 4}-Q{q % 4 + 1}"] = 10000 if new else 0
    return found
