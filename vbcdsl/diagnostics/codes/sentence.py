"""Codes of the sentence (1xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC1001",
        "a sentence that cannot be read",
        "The words from the mark on fit no sentence of the language. The program reads only sentences "
        "whose meaning is fixed in the language definition, so that the parties and the machine "
        "cannot read one text in two ways. The message lists what could stand at the place.",
        '2.1 "Savings" means Benchmark less costs.',
        '2.1 "Savings" means Benchmark minus Total Cost of Care.',
    ),
    Code(
        "VBC1002",
        "a sentence without a full stop",
        "A sentence ends with a full stop. Without it the next section would be read as part of this one.",
        '2.1 "Savings" means Benchmark minus Cost\n2.2 "Losses" means $0 minus Savings.',
        '2.1 "Savings" means Benchmark minus Cost.\n2.2 "Losses" means $0 minus Savings.',
    ),
    Code(
        "VBC1003",
        "a misspelt phrase",
        "The words are almost a phrase of the language. A phrase has one spelling, so that a reader "
        "need not ask whether another spelling means something else.",
        "… if Quality Score is at leest 60%, otherwise 0%.",
        "… if Quality Score is at least 60%, otherwise 0%.",
    ),
    Code(
        "VBC1004",
        "a phrase with another usual wording",
        "The words are usual in contracts, and the language says the same in one other way only: one "
        "meaning, one wording, so that no difference is read into two wordings.",
        "… if Quality Score is greater than or equal to 60%, …",
        "… if Quality Score is at least 60%, …",
    ),
    Code(
        "VBC1005",
        "an “if” without “otherwise”",
        "The sentence says what is due if the condition is met, and not what is due if it is not. "
        "Many real contracts pay a reduced amount in that case, so nothing is assumed.",
        "… : 50% of Savings if the Quality Gate is met.",
        "… : 50% of Savings if the Quality Gate is met, otherwise $0.",
    ),
    Code(
        "VBC1006",
        "mixed arithmetic without parentheses",
        "Plus or minus stands beside times, divided by or a share. The order in which they are taken "
        "changes the amount, and readers do not agree on it.",
        "2% of Benchmark plus Fee",
        "(2% of Benchmark) plus Fee\n2% of (Benchmark plus Fee)",
    ),
    Code(
        "VBC1007",
        "arithmetic after a comma",
        "A step after a comma is a limit, a rounding or a condition. Arithmetic there leaves open "
        "what it acts on.",
        "the lesser of A and B, times 50%",
        "50% of (the lesser of A and B)",
    ),
    Code(
        "VBC1008",
        "“and” mixed with “or”",
        "Without parentheses a reader can group the conditions in two ways, and the two pay in "
        "different cases.",
        "if A is met and B is met or C is met",
        "if (A is met and B is met) or C is met",
    ),
    Code(
        "VBC1009",
        "a rounding or a limit after “otherwise”",
        "It is not clear whether the rounding, limit or proration acts on both values or only on the last one. "
        "A value in parentheses has its own steps.",
        "50% of A if B is met, otherwise 40% of A, rounded half up to the cent",
        '"Share" means 50% of A if B is met, otherwise 40% of A.\n'
        '"Amount" means Share, rounded half up to the cent.',
    ),
    Code(
        "VBC1010",
        "a row with too few or too many cells",
        "Each row of a table has one cell for each column and ends with “|”. A cell too few or too "
        "many would shift values under the wrong head.",
        "| less than 60% | 0%",
        "| less than 60% | 0% |",
    ),
    Code(
        "VBC1011",
        "a sentence of an amendment in a contract",
        "Changes of sections stand in an amendment, which is dated and numbered. In the contract "
        "itself they would have no date.",
        'Section 4.2 is amended by replacing "40%" with "45%".',
        'amendment 1 to "Lakeside Agreement", signed …',
    ),
    Code(
        "VBC1012",
        "the header says something twice",
        "Two header sentences state the same fact, and the program does not choose between them.",
        "effective January 1, 2024 through December 31, 2024.\n"
        "effective January 1, 2024 through December 31, 2026.",
        "effective January 1, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC1013",
        "a term with small words that is not defined",
        "A capitalised expression with words like “of” or “and” in it is one term only if the "
        "contract defines it. This one is not defined, so the sentence breaks off at the small word.",
        "Benchmark minus Total Cost of Car",
        "Benchmark minus Total Cost of Care",
    ),
    Code(
        "VBC1014",
        "a formula in a schedule",
        "A schedule lists values: amounts, rates, numbers, dates, texts. A value that is computed is "
        "a sentence of its own.",
        '| "A" | 2% of Benchmark |',
        '"A Amount" means 2% of Benchmark.',
    ),
    Code(
        "VBC1015",
        "a table that does not say how a row is chosen",
        "Whether exactly one row applies or the first that fits decides what is paid where rows meet.",
        '"Rate" is set by Quality Score:',
        '"Rate" is set by Quality Score, where exactly one row applies:',
    ),
    Code(
        "VBC1016",
        "a table without a column of the term's name",
        "The table sets a term, and no column is headed with that name.",
        '"Sharing Rate" is set by Quality Score, where exactly one row applies:\n'
        "| Quality Score | Rate | Note |",
        "| Quality Score | Sharing Rate | Note |",
    ),
    Code(
        "VBC1017",
        "a cell that does not say which values the row takes",
        "The first cell of a row states the values for which it applies, with both ends said.",
        "| about 60% | 30% |",
        "| from 60% up to but not including 75% | 30% |",
    ),
    Code(
        "VBC1018",
        "a condition where a value belongs",
        "The last cell of a row is the value that applies, and here it states a range.",
        "| 60% or more | at least 30% |",
        "| 60% or more | 30% |",
    ),
    Code(
        "VBC1019",
        "values stated by two clocks",
        "Some values are stated by date and others by performance year, or by the party's own year. "
        "Where they meet nobody could say which applies.",
        "0% in performance year 1 and 50% from July 1, 2025",
        "0% in performance year 1 and 50% from performance year 2",
    ),
    Code(
        "VBC1020",
        "a number, date or list that means nothing",
        "It is spelled right and cannot be: a day that the month does not have, a fraction over zero, "
        "a list without a last case.",
        "effective February 30, 2024 through December 31, 2026.",
        "effective February 29, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC1021",
        "a sentence nested too deep",
        "So many parentheses or terms stand inside each other that neither a person nor the program "
        "can follow them.",
        "",
        "Define a term for the inner part.",
    ),
    Code(
        "VBC1022",
        "a range “to” without its ends",
        "“to” does not say whether its ends belong to the range, and “from” is missing or stands alone.",
        "| 60% to 75% | 30% |",
        "| from 60% up to but not including 75% | 30% |",
    ),
    Code(
        "VBC1023",
        "a mathematical sign",
        "A contract is read aloud and printed: signs like >=, + or * are lost or misread. The "
        "language has words for them.",
        "Savings = Benchmark - Cost",
        '"Savings" means Benchmark minus Cost.',
    ),
    Code(
        "VBC1024",
        "a bracket that is not closed",
        "A parenthesis is opened and not closed, or closed and not opened, so the end of the inner "
        "value is open.",
        "2% of (A plus B",
        "2% of (A plus B)",
    ),
    Code(
        "VBC1025",
        "a quotation mark that is not closed",
        "The text in quotation marks has no end, so the rest of the section would be part of it.",
        '2.1 "Savings means Benchmark minus Cost.',
        '2.1 "Savings" means Benchmark minus Cost.',
    ),
    Code(
        "VBC1026",
        "a term in small letters",
        "Defined terms are capitalised, so that a reader sees which words have a meaning of their "
        "own. These words are a defined term except for their capitals.",
        '2.1 "Losses" means $0 minus savings.',
        '2.1 "Losses" means $0 minus Savings.',
    ),
    Code(
        "VBC1028",
        "a date in another form",
        "A date is written with the month as a word: 01/02/2024 is January 2 to one reader and "
        "February 1 to another.",
        "effective 01/02/2024 through December 31, 2026.",
        "effective January 2, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC1029",
        "a number with a word for its sign",
        "Percentages and amounts have one form, with their sign and all digits, so that a search "
        "finds them all.",
        "50 percent of Savings\n$1.5 million",
        "50% of Savings\n$1,500,000",
    ),
    Code(
        "VBC1030",
        "a definition without quotation marks",
        "Where a term is defined it stands in quotation marks, so that a reader finds its definition.",
        "2.1 Savings means Benchmark minus Cost.",
        '2.1 "Savings" means Benchmark minus Cost.',
    ),
    Code(
        "VBC1101",
        "a range whose ends are not said",
        "The phrase does not say whether its ends are included. At exactly that value two readers pay "
        "different amounts.",
        "Quality Score is between 60% and 75%",
        "Quality Score is from 60% up to but not including 75%",
    ),
    Code(
        "VBC1102",
        "a boundary word with two readings",
        "The word is used both for “more than” and for “at least” (or both for “less than” and “at "
        "most”). The value at the edge would be disputed.",
        "Loss Rate is over 2%",
        "Loss Rate is more than 2%",
    ),
    Code(
        "VBC1031",
        "a sentence that this language turns round",
        "Lawyers write the sentence in this way, and the language has one form for it, so that a reader and "
        "the machine "
        "read the same. The message prints the sentence to write.",
        '"Rate" is the rate shown opposite the row that describes Enrolled Months:',
        '"Rate" is set by Enrolled Months, where exactly one row applies:',
    ),
)
