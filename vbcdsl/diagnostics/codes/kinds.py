"""Codes of kinds, units and grains (3xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC3001",
        "a column with values of two kinds",
        "One column of a table holds amounts in one row and rates or numbers in another. Most often a "
        "percent or dollar sign is missing.",
        '| "A" | 70% |\n| "B" | 65 |',
        '| "A" | 70% |\n| "B" | 65% |',
    ),
    Code(
        "VBC3002",
        "unlike things added or limited",
        "Dollars and rates, or dollars and counts, cannot be added, subtracted or limited by each "
        "other. Usually the base of a percentage is missing, or a count of the unit.",
        "Savings plus 2%",
        "Savings plus (2% of Benchmark)",
    ),
    Code(
        "VBC3003",
        "a percentage added to a rate",
        "“2%” may mean 2 percentage points or 2 percent of the rate: on a rate of 50% the one gives "
        "52%, the other 51%.",
        "Sharing Rate plus 2%",
        "Sharing Rate plus 2 percentage points",
    ),
    Code(
        "VBC3004",
        "unlike things compared",
        "The two sides are of different kinds or units: dollars with a rate, dollars per member per "
        "month with dollars. The comparison would have no meaning.",
        "Savings is at least 2%",
        "Savings Rate is at least 2%",
    ),
    Code(
        "VBC3005",
        "a payment that is not an amount of money",
        "What is due must come out in dollars. A rate needs a base, an amount per unit a count of that unit.",
        'must pay … the "Fee": $3.50 per member per month.',
        'must pay … the "Fee": $3.50 per member per month times Enrolled Months.',
    ),
    Code(
        "VBC3006",
        "arithmetic with something that is no number",
        "A text, a date or a yes or no cannot be added, multiplied or limited.",
        "Cohort times 2",
        "Weight times 2",
    ),
    Code(
        "VBC3007",
        "something that is not a date",
        "Days and months are counted from one date to another, and this is no date.",
        "the number of days from Savings to January 1, 2025",
        "the number of days from Start Date to January 1, 2025",
    ),
    Code(
        "VBC3008",
        "a value where a condition belongs",
        "A condition is met or not met. An amount or a rate must be compared with something first.",
        "only if Savings Rate",
        "only if Savings Rate is at least 2%",
    ),
    Code(
        "VBC3009",
        "money times or by money",
        "Two amounts multiplied, or a number divided by an amount, is no amount. Usually a rate was meant.",
        "Savings times Benchmark",
        "Savings Rate times Benchmark",
    ),
    Code(
        "VBC3010",
        "an amount per unit times another unit",
        "An amount per member per month becomes money only times member months. Members, member "
        "months and person years differ, and never convert silently.",
        "$3.50 per member per month times Members",
        "$3.50 per member per month times Enrolled Months",
    ),
    Code(
        "VBC3011",
        "a share that is no rate",
        "Each row of a marginal table has a share, in percent, or an amount for each unit of the part.",
        "| above $0 | $5 |",
        "| above $0 | 50% |",
    ),
    Code(
        "VBC3012",
        "a pool that is no money",
        "A pool that is divided is an amount of money.",
        "the share of the Quality Score, …",
        "the share of the Quality Pool, …",
    ),
    Code(
        "VBC3013",
        "a value of a finer grain",
        "The term has several values here (one for each Member, Measure or month), and one is needed. "
        "Whether it is their total, their average or the largest changes the amount.",
        '"Cost" means Inpatient Paid.',
        '"Cost" means the total of Inpatient Paid.',
    ),
    Code(
        "VBC3014",
        "a name that is no value",
        "The name stands for rows, for a list of keys or for a party.",
        '"Size" means Member Months.',
        '"Size" means the number of Member Months.',
    ),
    Code(
        "VBC3015",
        "the party's own first year as a period",
        "The first performance year of a party differs from party to party, so a value of that year "
        "needs a term of its own.",
        "",
        "Define the term with “, or … in the Provider's first performance year”.",
    ),
    Code(
        "VBC3016",
        "a prior period of another clock",
        "The term has a value for each month (or quarter, or year), and the sentence asks for the "
        "prior one of another clock.",
        "Monthly Cost in the prior performance year",
        "Monthly Cost in the prior month",
    ),
    Code(
        "VBC3017",
        "“for …” that names no key",
        "The text after “for” must name one key of the term: a Measure, a Domain, a party.",
        'Savings for "Diabetes"',
        'Measure Rate for "Diabetes"',
    ),
    Code(
        "VBC3018",
        "“for each” something that is no key",
        "Only a key of records or of a table, a period, or a column of listed texts can stand after "
        "“for each”.",
        "means, for each Doctor, …",
        "means, for each Member, …",
    ),
    Code(
        "VBC3019",
        "a limit for each key without a total",
        "A limit “for each Member” acts on each Member's own value before they are added; the "
        "sentence must take a total.",
        "the average of Cost, but not more than $100 for each Member",
        "the total of Cost, but not more than $100 for each Member",
    ),
    Code(
        "VBC3020",
        "a payment that can be not scored",
        "The amount stands on a measure that can be “not scored”, and the sentence does not say what "
        "is then due.",
        "Quality Score times Pool",
        "Quality Score times Pool, or $0 if it is not scored",
    ),
    Code(
        "VBC3021",
        "a test that can be neither met nor not met",
        "What the test stands on can be “not scored”. A comparison with it is neither true nor false.",
        "is met if Quality Score is at least 60%",
        "is met if Quality Score is scored and Quality Score is at least 60%",
    ),
    Code(
        "VBC3022",
        "a table without a row for “not scored”",
        "The value that sets the row can be “not scored”, and no row says what then applies.",
        "| less than 60% | 0% |\n| 60% or more | 50% |",
        "| not scored | 0% |\n| less than 60% | 0% |\n| 60% or more | 50% |",
    ),
    Code(
        "VBC3023",
        "a first-year rule without a prior period",
        "The words say what applies in the first year, and nothing before them refers to an earlier one.",
        "Savings, or $0 in the first performance year",
        "Savings in the prior performance year, or $0 in the first performance year",
    ),
    Code(
        "VBC3024",
        "a rounding that does not fit",
        "Money is rounded to cents or dollars, rates to parts of a percentage point, numbers to "
        "places. 0.750 and 0.750% must not be confused.",
        "Savings Rate, rounded half up to the cent",
        "Savings Rate, rounded half up to the tenth of a percentage point",
    ),
    Code(
        "VBC3025",
        "a rule for a zero divisor without a division",
        "The words say what applies if the divisor is zero, and nothing before them is divided.",
        "Savings, or 0% if the divisor is zero",
        "Savings divided by Benchmark, or 0% if the divisor is zero",
    ),
    Code(
        "VBC3026",
        "better or worse without a direction",
        "“better than” needs to know whether a higher or a lower value of the measure is better.",
        "Measure Rate is better than Target",
        "Measure Rate is at least Target",
    ),
    Code(
        "VBC3027",
        "rows of two records",
        "The sentence adds or counts values of two records, whose rows do not belong together one by one.",
        "the total of (Inpatient Paid times Score)",
        "Define a term for what comes from the other record.",
    ),
    Code(
        "VBC3028",
        "an aggregate of one value",
        "There is only one value here, and “the total of” or “the average of” needs several.",
        "the total of Benchmark",
        "Benchmark",
    ),
    Code(
        "VBC3029",
        "an aggregate of values that can be not scored",
        "Some of the values can be “not scored”. Leaving them out, counting them as 0%, or sharing "
        "their weight gives different results.",
        "the average of Measure Rate",
        "the average of Measure Rate over the Measures that are scored",
    ),
    Code(
        "VBC3030",
        "something that cannot be counted",
        "“the number of” counts rows, keys, or how often a condition is met.",
        "the number of Savings",
        "the number of Member Months",
    ),
    Code(
        "VBC3031",
        "records without the key that is chosen",
        "The sentence chooses a key (a Clinician, an ACO) by rows that do not name one.",
        "",
        "Add the column to the records.",
    ),
    Code(
        "VBC3032",
        "a table that holds no percentiles",
        "A percentile is looked up in a table with a column “Percentile” and the rate printed for "
        "each, and with the year of publication if the sentence names one.",
        "",
        "| Percentile | Rate |\n| 50 | 62.5% |",
    ),
    Code(
        "VBC3033",
        "a gate over measures that can be not scored",
        "A measure that is not scored is neither met nor not met: it can leave the count, or count as "
        "not met.",
        "at least 2 of the Measures have Measure Rate at least Target",
        "at least 2 of the Measures that are scored have Measure Rate at least Target",
    ),
    Code(
        "VBC3034",
        "a limit on a total of things that are no payments",
        "The total that an aggregate limit cuts down is made of payments.",
        "The total of the Savings and the Fee must not exceed …",
        "The total of the Bonus and the Fee must not exceed …",
    ),
    Code(
        "VBC3035",
        "a reduction of a payment outside the total",
        "The sentence reduces a payment that is not part of the total that it limits.",
        "The total of A and B must not exceed C; D is reduced first.",
        "The total of A and B must not exceed C; A is reduced first; B is reduced next.",
    ),
    Code(
        "VBC3036",
        "an example of something without a value",
        "An example gives or expects the value of a term or column; rows, parties and entries have none.",
        'given the Payer is "X", …',
        "given Savings is $500, …",
    ),
    Code(
        "VBC3037",
        "an example with a value of another kind",
        "The example states an amount for a rate, or a number for an amount. Most often a percent or "
        "dollar sign is missing.",
        "expect Savings Rate is 5.",
        "expect Savings Rate is 5%.",
    ),
    Code(
        "VBC3038",
        "rows of an example without a required column",
        "The example gives rows of a record and leaves out a column that the record requires.",
        "",
        "Add the column to the rows of the example.",
    ),
    Code(
        "VBC3039",
        "fewer scored measures with other words than “at least”",
        "The words for fewer scored measures belong to a gate with “at least” as many as they name.",
        "",
        "at least 2 of the Measures that are scored …",
    ),
    Code(
        "VBC3041",
        "an example that depends on the year and does not name it",
        "A value in the example depends on the performance year (the text in force, a phase-in), and "
        "the example does not say which year it is.",
        "given Savings is $500,000, …",
        "given the performance year is 1, Savings is $500,000, …",
    ),
    Code(
        "VBC3043",
        "an example whose rows lie outside the term",
        "All rows that an example states for a record are of days outside the term of the contract, so that "
        "nothing is computed from them. Most often the contract was copied and its dates were changed.",
        "with these Plan Years: | Plan | Performance Year | …, in a contract of 2027 to 2029, with rows of 2024",
        "rows of a performance year of the contract",
    ),
    Code(
        "VBC3042",
        "a lapse of a term that is not carried",
        "An amount lapses if it is carried from one performance year to the next: the term is defined by "
        "way of its own value in the prior performance year.",
        "An amount of Savings that is not used within 3 performance years …",
        "An amount of Deficit Carried Forward that is not used within 3 performance years after the one in "
        "which it arose lapses; the oldest amount is used first.",
    ),
    Code(
        "VBC3050",
        "a value of a period that does not fit into another",
        "A contract's own periods (Budget Periods) may cut a performance year, and a month may lie in two of "
        "them. A value for each performance year is then not one value in such a period, and the rows of such "
        "a month belong to neither. The message names the period that shows it.",
        '"X" means, for each Budget Period, Yearly Amount times 2.   (Budget Period 2 ends in another year)',
        '"X" means, for each Budget Period, the total of Monthly Amount times 2.',
    ),
    Code(
        "VBC3051",
        "a return out of a withhold of another period",
        "What is returned is never more than the withhold that it comes out of. The sentence returns what was "
        "withheld in another year, and names the withhold of this one as its source: where nothing is withheld "
        "this year, nothing would be returned.",
        'must return to the ACO, out of the Retention, the "Returned Retention": Retention in the prior '
        "performance year, or $0 in the first performance year.",
        'must return to the ACO, out of the Retention in the prior performance year, the "Returned Retention": '
        "Retention in the prior performance year, or $0 in the first performance year.",
    ),
    Code(
        "VBC3052",
        "a limit for the year that changes a payment for each Quarter",
        "A limit on payments of different periods is a limit for the longest of these periods: the quarterly "
        "payments of a year are added. It can reduce or raise the payment for the year; which of the quarterly "
        "ones it would change, and they may be paid already, it does not say.",
        'The "Fee", for each Quarter: … The "Bonus": … The total of the Fee and the Bonus must not exceed '
        "$60,000; the Fee is reduced first; the Bonus is reduced next.",
        "The total of the Fee and the Bonus must not exceed $60,000; the Bonus is reduced first.",
    ),
    Code(
        "VBC3053",
        "a percentile that does not exist",
        "The 75th percentile is the smallest value that 75% of the values do not exceed. There is none above "
        "the 100th, "
        "which is the largest value, and none below the 1st.",
        '"Upper" means the 101st percentile of Cost across all ACOs.',
        '"Upper" means the largest of Cost across all ACOs.',
    ),
    Code(
        "VBC3040",
        "a run-out without a Paid Date",
        "The sentence says through which day amounts are paid, and no record that it stands on has a "
        "column Paid Date by which rows could be cut off.",
        "",
        "| Paid Date | date | required |",
        severity="warning",
    ),
)
