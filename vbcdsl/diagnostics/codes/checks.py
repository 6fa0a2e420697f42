"""Codes of tables, dates, overrides and lints (4xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC4001",
        "a value that no row takes",
        "The table has a gap: for the value in the message no row applies, and nobody could say what "
        "is due. Often both neighbouring rows leave out the edge between them.",
        "| less than 60% | 0% |\n| more than 60% | 30% |",
        "| less than 60% | 0% |\n| 60% or more | 30% |",
    ),
    Code(
        "VBC4002",
        "a value that two rows take",
        "Two rows apply to the value in the message, with different results. Often both rows include "
        "the edge between them.",
        "| at most 75% | 30% |\n| 75% or more | 40% |",
        "| less than 75% | 30% |\n| 75% or more | 40% |",
    ),
    Code(
        "VBC4003",
        "a year or days without a value",
        "The contract is in force in that time, and no value is stated for it.",
        "0% in performance year 1 and 50% in performance year 2",
        "0% in performance year 1 and 50% from performance year 2",
    ),
    Code(
        "VBC4004",
        "a year or days with two values",
        "Two values are stated for the same time, and none prevails.",
        "0% in performance years 1 through 2 and 50% from performance year 2",
        "0% in performance years 1 through 2 and 50% from performance year 3",
    ),
    Code(
        "VBC4005",
        "a marginal table out of order",
        "The parts of an amount are written from zero upward, so that a reader sees that each dollar "
        "is in one part only.",
        "| above $500 | 80% |\n| above $0 up to and including $500 | 50% |",
        "| above $0 up to and including $500 | 50% |\n| above $500 | 80% |",
    ),
    Code(
        "VBC4006",
        "a part of an amount with two shares",
        "Two rows of a marginal table share the same dollars, so they would be counted twice.",
        "| above $0 up to and including $600 | 50% |\n| above $500 | 80% |",
        "| above $0 up to and including $500 | 50% |\n| above $500 | 80% |",
    ),
    Code(
        "VBC4007",
        "a part of an amount without a share",
        "Between two rows of a marginal table lies a part that no row shares; it counts as 0%. A row "
        "that says so leaves no doubt.",
        "| above $0 up to and including $500 | 50% |\n| above $600 | 80% |",
        "| above $500 up to and including $600 | 0% |",
        severity="warning",
    ),
    Code(
        "VBC4008",
        "a marginal table with two bases",
        "The edges of one table are percentages of two different amounts, so they cannot be put in "
        "order before the data are known.",
        "| above 2% of Benchmark up to and including 5% of Capitation | 50% |",
        "| above 2% of Benchmark up to and including 5% of Benchmark | 50% |",
    ),
    Code(
        "VBC4009",
        "a marginal table of an amount that can be negative",
        "Parts are measured from zero. What a negative amount gives (nothing, or the same with the "
        "sign reversed) must be said.",
        "… the part of Savings that falls in the row:",
        "… the part of Savings that falls in the row, and a negative amount has no share:",
    ),
    Code(
        "VBC4010",
        "a row or case that never applies",
        "Rows before it take every value that it takes, or no such value can occur. Often two rows "
        "stand in the wrong order.",
        "| at least 50% | 10% |\n| at least 75% | 20% |",
        "| at least 75% | 20% |\n| at least 50% | 10% |",
        severity="warning",
    ),
    Code(
        "VBC4012",
        "a count of conditions that cannot be reached",
        "More conditions must be met than are listed.",
        "at least 4 of the following are true: (a) …; (b) …; (c) ….",
        "at least 3 of the following are true: (a) …; (b) …; (c) ….",
    ),
    Code(
        "VBC4013",
        "a range that holds nothing",
        "The upper end of the range is not above its lower end. Most often the two are exchanged.",
        "from 75% up to but not including 60%",
        "from 60% up to but not including 75%",
    ),
    Code(
        "VBC4014",
        "two neighbouring rows with one value",
        "The edge between the rows decides nothing. Either a value is a misprint, or one row is enough.",
        "| from 60% up to but not including 75% | 30% |\n| 75% or more | 30% |",
        "| 60% or more | 30% |",
        severity="warning",
    ),
    Code(
        "VBC4016",
        "a divisor that can be zero",
        "If the divisor is zero there is no quotient, and the settlement of that party stops.",
        "Savings divided by Benchmark",
        "Savings divided by Benchmark, or 0% if the divisor is zero",
        severity="warning",
    ),
    Code(
        "VBC4017",
        "a payment that can be negative",
        "An amount that a party must pay is never negative. The sentence can give a negative amount "
        "and does not say whether then nothing is due or the other party pays; the settlement would "
        "stop.",
        "must pay … : Benchmark minus Cost.",
        "must pay … : Benchmark minus Cost, but not less than $0.",
        severity="warning",
    ),
    Code(
        "VBC4018",
        "a term that nothing stands on",
        "No payment, test, confirmation or example uses the term. That may be meant (it is reported); "
        "often a later sentence names another term by mistake.",
        "",
        "",
        severity="note",
    ),
    Code(
        "VBC4019",
        "a condition that is always or never met",
        "Every value that can occur meets the condition, or none does. Most often the number is wrong "
        "by a factor, or the sides are exchanged.",
        "Enrolled Months is at least 0",
        "Enrolled Months is at least 60,000",
        severity="warning",
    ),
    Code(
        "VBC4020",
        "two equal rows in a schedule",
        "A schedule has one row for each key, and two rows name the same one.",
        '| "A" | 1 |\n| "A" | 1 |',
        '| "A" | 1 |\n| "B" | 1 |',
    ),
    Code(
        "VBC4021",
        "whole-number rows with a value that can have decimals",
        "Rows like “from 40 through 49” and “from 50 through 59” leave 49.5 without a row.",
        "| from 40 through 49 | 1% |",
        "| from 40 up to but not including 50 | 1% |",
    ),
    Code(
        "VBC4022",
        "a straight line without two ends",
        "A straight line runs between two different numbers of its row.",
        "| 720,000 or more | a straight line from 2% to 1% |",
        "| 720,000 or more | 2% |",
    ),
    Code(
        "VBC4030",
        "an attribution without a last tie-break",
        "Two can have the same largest number; the order of rows decides nothing, so the sentence "
        "must end with a rule that always decides.",
        "the Provider with the largest number of Visits",
        "the Provider with the largest number of Visits; if tied, the one that comes first by Provider",
    ),
    Code(
        "VBC4031",
        "two sentences that set the same payment aside",
        "Both can apply, and neither says that it prevails over the other.",
        "4.8 Notwithstanding section 4.5, …\n4.9 Notwithstanding section 4.5, …",
        "4.9 Notwithstanding section 4.8, …",
    ),
    Code(
        "VBC4032",
        "sentences that set each other aside",
        "Each of two sentences prevails over the other, so neither does.",
        "4.8 Notwithstanding section 4.9, …\n4.9 Notwithstanding section 4.8, …",
        "4.9 Notwithstanding section 4.8, …",
    ),
    Code(
        "VBC4033",
        "parts of a pool that may not add up",
        "Parts rounded one by one can come to a cent more or less than the pool.",
        "… in proportion to Months.",
        "… in proportion to Months, rounded down to the cent with the leftover cents by largest remainder.",
        severity="warning",
    ),
    Code(
        "VBC4034",
        "a limited part of a pool without a rule for the rest",
        "A part above its limit is cut down. Whether the rest is divided again or stays with a party "
        "changes every other part.",
        "…, but not more than $500 each",
        "…, but not more than $500 each, and what is left over stays with the Payer",
    ),
    Code(
        "VBC4035",
        "a total limit with an incomplete order",
        "The total is above the limit, and for one of its payments the sentence does not say when it "
        "is reduced, or says it twice.",
        "The total of A and B must not exceed C; A is reduced first.",
        "The total of A and B must not exceed C; A is reduced first; B is reduced next.",
        severity="warning",
    ),
    Code(
        "VBC4036",
        "a pool for which nobody may qualify",
        "Only some take part, and the sentence does not say who keeps the pool if none does.",
        "… divided among the Facilities that meet the Gate, …",
        "…; if no Facility qualifies, the Pool stays with the Payer.",
    ),
    Code(
        "VBC4037",
        "a tie for the last cents",
        "The cents that are left go to the largest cut-off fractions. Between equal ones the order of "
        "the keys decides, which the sentence can say.",
        "",
        "…, ties to the first in order of Facility",
        severity="note",
    ),
    Code(
        "VBC4038",
        "an unrounded division for each Member",
        "Quotients of thousands of Members have thousands of different denominators; their exact "
        "total could not be printed or checked. A rounding of each keeps the total exact.",
        "means, for each Member, Cost divided by Months.",
        "means, for each Member, Cost divided by Months, rounded half up to the cent.",
    ),
    Code(
        "VBC4039",
        "a pool of which a rest can stay",
        "Parts above their limit are not divided again, and nobody is named who keeps the rest.",
        "…; an amount above a limit is not divided again",
        "…; what is left over stays with the Payer",
        severity="warning",
    ),
    Code(
        "VBC4040",
        "records with a Paid Date that nobody mentions",
        "The records have a Paid Date, and no sentence says through which day amounts count. All rows "
        "supplied would count, however late they were paid.",
        "",
        "…, using amounts paid through March 31 after the performance year",
    ),
    Code(
        "VBC4041",
        "a floor that is always above its cap",
        "A value that may not be more than $5 and not less than $10 does not exist. Which of two limits wins is "
        "never decided by which comes last, so every run stops where the value is computed (VBC6005).",
        '"Fee" means 3% of Cost, but not more than $5, but not less than $10.',
        '"Fee" means 3% of Cost, but not more than $10, but not less than $5.',
        severity="warning",
    ),
    Code(
        "VBC4101",
        "a jump at the edge of a row",
        "Just below and at the edge the values differ, so a very small difference changes the "
        "payment. In a table of steps that is meant; the note shows where and by how much.",
        "",
        "",
        severity="note",
    ),
    Code(
        "VBC4102",
        "a straight line that does not meet its neighbour",
        "A straight line ends at another value than the row beside it begins with. Printed tables of "
        "this kind have often been misprints.",
        "| from 60 up to but not including 120 | a straight line from 3.9% to 3.0% |\n| 120 or more | 2.0% |",
        "| 120 or more | 3.0% |",
        severity="warning",
    ),
    Code(
        "VBC4103",
        "an amount that a party determines",
        "No sentence computes the amount: a party enters it with a note. The place stays visible in "
        "every settlement.",
        "",
        "",
        severity="note",
    ),
    Code(
        "VBC4104",
        "a limit on one side of a comparison with the mean",
        "Amounts above the mean and below it balance; a limit on one side lets the program cost or "
        "save money as a whole.",
        "",
        "… but not more than $5 in either direction",
        severity="note",
    ),
    Code(
        "VBC4105",
        "a rate that applies to the whole amount",
        "The table is set by the same amount that its rate multiplies, so passing an edge changes the "
        "rate for every dollar. Whether that or a marginal table is meant is the commonest dispute.",
        "",
        "… is the sum, over the rows, of Share times the part of Savings that falls in the row:",
        severity="note",
    ),
    Code(
        "VBC4106",
        "a rounded rate compared with one that is not",
        "Near the threshold a rounding of one side decides the comparison.",
        "",
        "",
        severity="note",
    ),
    Code(
        "VBC4107",
        "one amount in percent of two bases",
        "A test measures the amount in percent of one base, and the marginal table in percent of "
        "another. Both may be meant; often a base was copied from another clause.",
        "",
        "",
        severity="note",
    ),
    Code(
        "VBC4108",
        "a rounded rate that a later computation stands on",
        "The rate is rounded where it is defined, so the rounded value is the value from there on. If only "
        "the printed "
        "rate was to be rounded, the amount is off: a published share of 38.31% that is really 38.315% moves "
        "$530.",
        '"Share" means Points divided by 8, rounded half up to the tenth of a percentage point.\n"Amount" '
        "means Share times "
        "Savings.",
        '"Share" means Points divided by 8.\n"Printed Share" means Share, rounded half up to the tenth of a '
        "percentage "
        "point.",
        severity="note",
    ),
    Code(
        "VBC4109",
        "a value that an amendment has changed elsewhere",
        "An amendment replaces a value in one section, and a related section goes on stating the old one "
        "without dates. "
        "Perhaps both are meant; often one was forgotten.",
        'Section 4.2 is amended by replacing "40%" with "45%".   (and section 4.9 says 40%, too)',
        'Section 4.9 is amended by replacing "40%" with "45%".',
        severity="note",
    ),
    Code(
        "VBC4110",
        "a value that changes inside the period that reads it",
        "Each amount is computed under what is in force on the first day of its own period. A yearly "
        "amount that takes a fee which rises in July takes the fee of January for the whole year, and a table "
        "that applies for the second half of one year never counts.",
        '"Fee" is $5 per member per month before July 1, 2025 and $6 per member per month from July 1, 2025.\n'
        'The Payer must pay the Provider the "Yearly Fee": Fee times Months.',
        'The Payer must pay the Provider the "Monthly Fee", for each Month: Fee times Months.',
        severity="warning",
    ),
    Code(
        "VBC4111",
        "an amount of the year in a total over its months",
        "A total over the months takes what stands in it once for each month. An amount that there is once for "
        "the year, a yearly fee or the cost of the year, is then added or subtracted twelve times.",
        '"Net" means the total of (Monthly Revenue minus Annual Fee) over all Months.',
        '"Net" means (the total of Monthly Revenue over all Months) minus Annual Fee.',
        severity="warning",
    ),
    Code(
        "VBC4112",
        "“that are scored” where all are",
        "The words leave out rows whose value is not scored, and here no value can be not scored: a missing one "
        "is 0%, or the row must be there. So nothing is left out. Often a column holds 0% where “not scored” was "
        "meant.",
        "| Rate | rate | 0% |\n… the average of Rate over the Measures that are scored",
        "| Rate | rate | not scored |\n… the average of Rate over the Measures that are scored",
        severity="note",
    ),
    Code(
        "VBC4113",
        "a limit of the year on the amount of each month",
        "A limit acts on the value before it, and that is the amount of one month. Twelve months, each up to the "
        "yearly limit, can come to twelve times it. A limit that is meant for each month says so: "
        "“but not more than X for each Month”.",
        'The Payer must pay the Provider the "Fee", for each Month: Monthly Fee, but not more than Annual Cap.',
        '"Fees to Date" means, for each Month, the total of Monthly Fee from the start of the Performance Year '
        'through that Month.\n"Left" means, for each Month, Annual Cap minus (Fees to Date minus Monthly Fee), '
        'but not less than $0.\nThe Payer must pay the Provider the "Fee", for each Month: the lesser of Monthly '
        "Fee and Left.",
        severity="warning",
    ),
    Code(
        "VBC4114",
        "a first performance year, where the first quarter is meant",
        "The quarter before has no value in the first quarter only. The other quarters of the first year have "
        "one, and it is taken, although the sentence speaks of the whole year. Say which of the two the "
        "parties mean.",
        '"Opening" means, in each Quarter, Closing in the prior Quarter, or $0 in the first performance year.',
        '"Opening" means, in each Quarter, Closing in the prior Quarter, or $0 in the first Quarter.',
        severity="warning",
    ),
    Code(
        "VBC4115",
        "months counted by the calendar",
        "The number of months from a day to another goes from month to month, whatever the day: from January 31 "
        "to February 1 is 1 month, and from January 1 to January 31 is none. Where months must have passed, as "
        "for an age or a delay, the sentence says whole months.",
        '"Months Late" means the number of months from Due Date to Payment Date.',
        '"Months Late" means the number of whole months from Due Date to Payment Date.',
        severity="note",
    ),
    Code(
        "VBC4116",
        "a count of the year in an amount of each month",
        "A number or total of rows is of the performance year unless its sentence names another period. An amount "
        "for each month that is a multiple of it pays each month what is due for the whole year, twelve times in "
        "all. A share of it, as a twelfth, and a quotient say nothing of the kind.",
        '"Enrolled Months" means the number of Member Months where Enrolled.\n'
        'The Payer must pay the Provider the "Care Fee", for each Month: $5 per member per month times Enrolled '
        "Months.",
        '"Enrolled Months" means, for each Month, the number of Member Months where Enrolled.\n'
        'The Payer must pay the Provider the "Care Fee", for each Month: $5 per member per month times Enrolled '
        "Months.",
        severity="warning",
    ),
)
