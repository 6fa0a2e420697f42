"""Codes of names and sections (2xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC2001",
        "a contract without a term",
        "The header does not say from when to when the contract is in force, so there are no "
        "performance years to settle.",
        "",
        "effective January 1, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC2002",
        "a contract that ends before it begins",
        "The last day of the term is before the first.",
        "effective January 1, 2026 through December 31, 2024.",
        "effective January 1, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC2003",
        "a performance year that would be short",
        "The years do not fit the term: the first or the last would have fewer than twelve months. "
        "Whether amounts of a short year are prorated changes the money, so a short year must be "
        "described.",
        "effective July 1, 2024 through December 31, 2026.\na performance year is a calendar year.",
        "the first performance year is July 1, 2024 through December 31, 2025.",
    ),
    Code(
        "VBC2004",
        "a contract of more than a hundred years",
        "A term this long is most likely a misprint of a year.",
        "effective January 1, 2024 through December 31, 2226.",
        "effective January 1, 2024 through December 31, 2026.",
    ),
    Code(
        "VBC2005",
        "a header without two parties",
        "A payment goes from one party to another; the header names them.",
        "",
        'the Payer is "Northern Health Plan".\nthe Provider is each ACO.',
    ),
    Code(
        "VBC2006",
        "a contract without a title",
        "Amendments and results name the contract by its title.",
        "",
        'contract "Lakeside Agreement".',
    ),
    Code(
        "VBC2007",
        "a contract without the version of the language",
        "The language definition of that version is what the words of the contract mean; without it a "
        "later version could change them.",
        "",
        "language version 1.",
    ),
    Code(
        "VBC2008",
        "a version of the language that does not exist",
        "This program knows version 1 of the language definition.",
        "language version 2.",
        "language version 1.",
    ),
    Code(
        "VBC2009",
        "a contract that does not say how payments are rounded",
        "Each payment is rounded once, and how decides the last cent.",
        "",
        "amounts are in US dollars and each payment is rounded half up to the cent.",
    ),
    Code(
        "VBC2010",
        "a term that is not defined",
        "The capitalised words stand for nothing in this contract: no sentence, table or record "
        "defines them. Often they are misspelt, or belong to another contract.",
        '"Savings" means Benchmark minus Total Costs.',
        '"Savings" means Benchmark minus Total Cost.',
    ),
    Code(
        "VBC2011",
        "two sections with one number",
        "The section number is the address of a rule in amendments, errors and results; it must lead "
        "to one place.",
        "4.2 …\n4.2 …",
        "4.2 …\n4.3 …",
    ),
    Code(
        "VBC2012",
        "a column that stands twice",
        "Two columns of the records have the same name, and the program does not choose.",
        "| Paid | money | $0 |\n| Paid | money | $0 |",
        "| Inpatient Paid | money | $0 |\n| Outpatient Paid | money | $0 |",
    ),
    Code(
        "VBC2013",
        "a period that does not exist",
        "The language knows Month, Quarter, Half Year and the years of the contract; a value for each "
        "of something else has no place in time.",
        "one for each Member in each Week",
        "one for each Member in each Month",
    ),
    Code(
        "VBC2014",
        "a term that is defined twice",
        "Two sentences give one term a value, and neither says over which dates it applies or which "
        "prevails.",
        '2.1 "Cap" means $100.\n2.2 "Cap" means $200.',
        '2.1 From January 1, 2024, "Cap" means $100.',
    ),
    Code(
        "VBC2015",
        "a list of keys that names no records",
        "The sentence says where the complete list of a key is: the key in the plural, and the "
        "records that hold it.",
        "The list of Savings is Member Months.",
        "The list of Members is Member Months.",
    ),
    Code(
        "VBC2016",
        "a column of two records",
        "Two records have a column of this name with one value here, and the sentence does not say "
        "which is meant.",
        "",
        "Give one of the two columns another name.",
    ),
    Code(
        "VBC2017",
        "a performance year outside the term",
        "The contract has no performance year of that number or calendar year.",
        "Savings in performance year 2031",
        "Savings in performance year 2024",
    ),
    Code(
        "VBC2018",
        "a text that the contract does not list",
        "Texts are compared exactly, capitals and spaces included. No row or list of the contract "
        "names this one, so the condition could never be met.",
        'Track is "Basic e"',
        'Track is "BASIC E"',
    ),
    Code(
        "VBC2019",
        "a section that states no payment or no due date",
        "The sentence refers to what another section pays or when it is due, and that section does "
        "not say it.",
        "less amounts already paid under section 2.1",
        "less amounts already paid under section 5.3",
    ),
    Code(
        "VBC2020",
        "no start or end date of the party",
        "The party's own performance years, and proration, stand on the dates on which it joined or "
        "left. No records hold them.",
        "",
        "| Start Date | date | required |",
    ),
    Code(
        "VBC2021",
        "no records that list a key",
        "The sentence speaks of each or all of a key, and no records or table say which ones exist.",
        "",
        '"Members List" are records, one for each Member: …',
    ),
    Code(
        "VBC2022",
        "a term defined by way of itself",
        "The term stands on a term that stands on it in the same period, so neither can be computed first.",
        '"A" means B plus $1.\n"B" means A minus $1.',
        '"A" means (A in the prior performance year) plus $1.',
    ),
    Code(
        "VBC2023",
        "a table in place of another without dates",
        "A table that applies instead of another must say from when to when, or both would apply.",
        "the following table applies instead of the table in section 2.1:",
        "From January 1, 2025 through December 31, 2025, the following table applies instead …",
    ),
    Code(
        "VBC2024",
        "a clause that does not exist",
        "The name belongs to no clause of this contract or of the library.",
        'Apply clause "Risk Coridor" …',
        'Apply clause "Risk Corridor" …',
    ),
    Code(
        "VBC2025",
        "a section that does not exist",
        "The sentence names a section number that the contract does not have: often the reference "
        "became stale when sections were renumbered.",
        "Notwithstanding section 4.12, …",
        "Notwithstanding section 4.6, …",
    ),
    Code(
        "VBC2026",
        "a second value without precedence",
        "A sentence sets a payment or term again and does not say over which section it prevails. "
        "Which of two sentences wins is never decided by their order.",
        "4.8 If Size is less than 100, the Bonus is $0.",
        "4.8 Notwithstanding section 4.5, if Size is less than 100, the Bonus is $0.",
    ),
    Code(
        "VBC2027",
        "“notwithstanding” a section that says nothing about it",
        "The named section does not set this payment or term, so the sentence would set nothing aside.",
        "Notwithstanding section 4.5, the Fee is $0.",
        "Notwithstanding section 4.7, the Fee is $0.",
    ),
    Code(
        "VBC2028",
        "a clause applied with the wrong parameters",
        "The clause has parameters, and each needs exactly one value.",
        'Apply clause "Risk Corridor" with Base as Benchmark.',
        'Apply clause "Risk Corridor" with Base as Benchmark and Rate as 50%.',
    ),
    Code(
        "VBC2040",
        "a list of own periods with a gap, an overlap or no name",
        "The own periods of a contract (C42) follow each other without a gap from its first day through its "
        "last, so that each day, row and payment belongs to exactly one. A contract has one such list.",
        '| "BP1" | January 1, 2024 | June 30, 2024 |\n| "BP2" | August 1, 2024 | December 31, 2024 |',
        '| "BP1" | January 1, 2024 | June 30, 2024 |\n| "BP2" | July 1, 2024 | December 31, 2024 |',
    ),
    Code(
        "VBC2041",
        "another text of the language definition",
        "The contract names the language definition by the fingerprint of its sentences, and this program "
        "has another "
        "text. A difference of wording there can be a difference of money here.",
        "",
        "The Language Definition, version 1, is part of this Agreement.",
    ),
    Code(
        "VBC2042",
        "a pool that is another amount for each party",
        "A pool that is divided among the parties is one amount for all of them, or for each Cohort. It takes "
        "their amounts by “the total of … across all ACOs” (“in that Cohort”); with an amount of its own "
        "each party would have a pool of its own, and the parts would not add up.",
        '"Pool" means 2% of Premium.\nThe Pool is divided among the ACOs in that Cohort, …',
        '"Pool" means (the total of (2% of Premium) across all ACOs in that Cohort).\n'
        "The Pool is divided among the ACOs in that Cohort, …",
    ),
    Code(
        "VBC2043",
        "a value that does not fit where the clause has its parameter",
        "A parameter may stand in a clause wherever a literal of its kind may: a number of measures, a "
        "percentage, an edge of a table, a date, a text. There the clause is applied with such a literal. A term "
        "or an expression may stand where the sentence takes a value.",
        'Apply clause "Quality Gate" with Count as Measures Required, giving the "Gate".',
        'Apply clause "Quality Gate" with Count as 2, giving the "Gate".',
    ),
    Code(
        "VBC2044",
        "own years of a party that is not settled",
        "A contract is settled for each ACO or each Plan, and that party has performance years of its own, "
        "counted from its Start Date. The other parties have none: their first year is the first of the contract.",
        '"Support" means Cost in the prior performance year, or $0 in the Payer\'s first performance year.',
        '"Support" means Cost in the prior performance year, or $0 in the Provider\'s first performance year.',
    ),
    Code(
        "VBC2045",
        "a negative amount that does not go the other way",
        "A payment that can be negative says who then pays whom: the party that would be paid pays the one "
        "that would "
        "pay. Words that name the parties in the same order, or other parties, say something else than what "
        "is settled.",
        'The Payer must pay the Provider the "Settlement": Savings; if it is negative, the Payer must pay '
        "that amount to "
        "the Provider.",
        'The Payer must pay the Provider the "Settlement": Savings; if it is negative, the Provider must pay '
        "that amount "
        "to the Payer.",
    ),
    Code(
        "VBC2046",
        "a difference without one payee",
        "“…; the Payer must pay the difference” is a payment to the party to which the payments of the total "
        "go. With "
        "payments to several parties, or to the one that must pay, nobody knows to whom.",
        "The total of the Bonus and the Levy must not be less than $350; the Payer must pay the difference.",
        "The total of the Bonus and the Fee must not be less than $350; the Payer must pay the difference.",
    ),
)
