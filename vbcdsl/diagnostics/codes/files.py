"""Codes of command line and files (8xxx). 8001 to 8019: reading contract files."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC8001",
        "a file or folder that does not exist",
        "The path names nothing. Nothing is read in its place, because a settlement under the wrong text "
        "would pay the wrong amount.",
    ),
    Code(
        "VBC8002",
        "a folder without a contract",
        "A folder stands for the contract in its file `contract.vbc` (or `contract.md`) as amended by the "
        "files of its folder `amendments`. This folder has no such file.",
        "vbc check my_contracts",
        "vbc check my_contracts/lakeside\nvbc check my_contracts/lakeside.vbc",
    ),
    Code(
        "VBC8003",
        "a file that is not a contract",
        "Contract text is in files that end in `.vbc`, or in the ```` ```vbc ```` blocks of files that end "
        "in `.md`. Data files are given with `--data NAME=FILE`.",
        "vbc run members.csv",
        "vbc run contract.vbc --data member_months=members.csv",
    ),
    Code(
        "VBC8004",
        "an amendment without its contract",
        "An amendment has a meaning only with the contract that it amends. It is looked for as "
        "`contract.vbc` (or `contract.md`) in the amendment's folder, and one folder up when the amendment "
        "is in `amendments`.",
        "amendments/first.vbc",
        "contract.vbc\namendments/first.vbc",
    ),
    Code(
        "VBC8005",
        "a file that is not UTF-8 text",
        "Bytes that are not UTF-8 can be read in several ways: a dash, a section sign or an accented name "
        "would come out differently on another computer. Files in UTF-16 are read when they have a byte-"
        "order mark.",
    ),
    Code(
        "VBC8006",
        "a control character in the text",
        "The text holds a character that is an instruction to a device and no letter: often a soft line "
        "break that was pasted from a word processor, or a file that is not text at all.",
    ),
    Code(
        "VBC8007",
        "a hidden character in the text",
        "The character shows nothing on paper, or changes the order in which other characters are shown. The "
        "parties would sign words that look different from the words that are computed.",
    ),
    Code(
        "VBC8008",
        "a file that is too large",
        "A contract file may have 5,000,000 bytes, several times the longest contract. A larger file is most "
        "likely a data file.",
    ),
    Code(
        "VBC8009",
        "two contracts in one folder",
        "The folder holds both `contract.vbc` and `contract.md`. Only one text can govern, and the program "
        "does not choose between them.",
    ),
    Code(
        "VBC8010",
        "a Markdown file without contract text",
        "In a `.md` file only the blocks that begin with ```` ```vbc ```` are contract text; all else is "
        "prose that is printed and computes nothing. This file has no such block.",
        'contract "Lakeside Agreement".',
        '```vbc\ncontract "Lakeside Agreement".\n```',
    ),
    Code(
        "VBC8011",
        "a block of contract text that is not closed",
        "The block begins with ```` ```vbc ```` and has no closing line. Where the contract ends and prose "
        "begins must be plain.",
        '```vbc\ncontract "Lakeside Agreement".',
        '```vbc\ncontract "Lakeside Agreement".\n```',
    ),
    Code(
        "VBC8012",
        "a file that cannot be read",
        "The operating system does not let the program read the file: it may be open elsewhere, or you may "
        "not have the right to read it.",
    ),
    Code(
        "VBC8013",
        "an amendment beside the contract",
        "A folder stands for `contract.vbc` and all that is in `amendments/`. An amendment beside the contract "
        "would be left out of the text in force, and the amounts would be those of the contract as signed.",
    ),
    Code(
        "VBC8020",
        "a file or folder that cannot be written",
        "The operating system does not let the program write there, or the disk is full. Results appear "
        "complete or not at all, so nothing was left behind.",
    ),
    Code(
        "VBC8021",
        "a file that would be overwritten",
        "The command makes new files and never replaces what is there, since that may be somebody's "
        "contract.",
        "vbc new lakeside   (when lakeside/ exists)",
        "vbc new lakeside_2027",
    ),
    Code(
        "VBC8023",
        "an unknown engine",
        "The engines are `arrow`, for data of any size, `reference`, which defines the meaning, `duckdb`, which "
        "reads tables of a database, and `spark`, for a cluster.",
        "--engine excel",
        "--engine arrow",
    ),
    Code(
        "VBC8039",
        "an unknown form of the kernels",
        "VBC_KERNELS decides by hand whether the loops over rows run in NumPy or compiled by numba; both give the "
        "same cents. Without it numba is used where it is installed and many rows are read.",
        "VBC_KERNELS=fast",
        "VBC_KERNELS=numba\nVBC_KERNELS=numpy",
    ),
    Code(
        "VBC8095",
        "too little memory",
        "`--memory` says how much memory the whole process may hold. Python, the libraries and the rows that are "
        "being read take a part of it before the first member is kept; the limit must be larger than that.",
        "vbc run contract.vbc --bindings data.toml --memory 50MB",
        "vbc run contract.vbc --bindings data.toml --memory 1GB",
    ),
    Code(
        "VBC8096",
        "more digits than a table holds",
        "Columns of numbers in Arrow tables and Parquet files hold 76 digits, places after the point included. "
        "The amount is computed exactly, and CSV and JSON show all of it; a number of this size is hardly an "
        "amount of a contract, so look at the data that it comes from.",
        "vbc run contract.vbc --bindings data.toml --out results --format parquet",
        "vbc run contract.vbc --bindings data.toml --out results --format csv",
    ),
    Code(
        "VBC8024",
        "a year outside the term",
        "The contract has no such performance year. A year is named by the calendar year in which it "
        "begins, or by its number.",
        "--year 2031",
        "--year 2024\n--year 1",
    ),
    Code(
        "VBC8025",
        "an unknown term",
        "The contract defines no term of that name. Terms are written as in the contract or in snake_case.",
        "--terms saving_rate",
        "--terms savings_rate",
    ),
    Code(
        "VBC8026",
        "a key that does not name a party",
        "Results are chosen by the key of the settled party, which the header of the contract declares "
        "(`the Provider is each ACO`).",
        "--for member=17",
        "--for aco=A1001",
    ),
    Code(
        "VBC8027",
        "a party without results",
        "The list of parties in the data has no such key in the performance years that were settled.",
        "--for aco=a1001",
        "--for aco=A1001",
    ),
    Code(
        "VBC8028",
        "an unknown contract of the library",
        "The library has no contract of that name; `vbc library list` shows those that it has.",
        "vbc library copy lakside",
        "vbc library copy lakeside",
    ),
    Code(
        "VBC8029",
        "a text that formatting would change",
        "The formatter changes white space only. For this file it would have changed a word or a comment, "
        "which is a mistake of the program; the file was left as it is.",
    ),
    Code(
        "VBC8030",
        "data that cannot be made",
        "Sample data is made from the records of the contract. This record needs something that cannot be "
        "invented from its columns.",
    ),
    Code(
        "VBC8031",
        "a date outside the term",
        "The contract is in force from its effective date through its last day; on another date no text is "
        "in force.",
        "vbc consolidate contract.vbc --as-of 2031-01-01",
        "vbc consolidate contract.vbc --as-of 2026-01-01",
    ),
    Code(
        "VBC8032",
        "a recorded settlement that cannot be used",
        "What a sentence takes from another performance year is the value in the recorded final settlement. "
        "This file is not a settlement.csv of this contract, or two files record one value differently.",
        "vbc run contract.vbc --recorded data",
        "vbc run contract.vbc --recorded results_2024",
    ),
    Code(
        "VBC8033",
        "nothing published to reproduce",
        "The program.toml of this contract has no [[reproduce]] table: nothing that was published stands "
        "against it.",
        "vbc library reproduce lakeside",
        "vbc library reproduce mssp",
    ),
    Code(
        "VBC8034",
        "a reproduction that cannot be read",
        "A [[reproduce]] table of program.toml names a file, a column, a key or a term that is not there, or a "
        "value in it is of the wrong sort.",
    ),
    Code(
        "VBC8035",
        "a description of the library that cannot be read",
        "A contract of the library is described in program.toml: name, rows, family, setting, lan, numbers, "
        "sources, cases. Something in it is missing or of the wrong sort.",
    ),
    Code(
        "VBC8036",
        "a row of a source paper without an answer",
        "Each payment arrangement that a source paper names leads to a contract of the library, or says that it "
        "names no payment. This one leads nowhere.",
    ),
    Code(
        "VBC8037",
        "a category that the clauses do not bear out",
        "The HCP-LAN category of a contract says how its payments are linked to quality and to risk. The clauses "
        "of this contract suggest another one: look whether the header or a clause is wrong.",
        severity="warning",
    ),
    Code(
        "VBC8038",
        "targets that cannot be read",
        "The file of --targets is TOML with [[target]] tables (name, at_least or categories, shares by year) and "
        "[[other]] tables (name, category, year, amount).",
        "shares = { 2025 = 50 }",
        'shares = { 2025 = "50%" }',
    ),
    Code(
        "VBC8050",
        "a property that cannot be checked",
        "A property says of a term that it never falls or rises as another one rises, or that it never goes "
        "above or below a bound. Other sentences are not understood, so nothing would be checked.",
        "the Shared Savings Payment is fair",
        "the Shared Savings Payment never falls as Quality Score rises",
    ),
    Code(
        "VBC8051",
        "the bound of a property",
        "The bound is read as the words of a definition: an amount, a rate, or an expression of terms that the "
        "contract defines.",
        "the Fee never exceeds a tenth of the thing",
        "the Fee never exceeds 10% of Benchmark",
    ),
    Code(
        "VBC8052",
        "a test file that cannot be read",
        "A test file (NAME.vbctest.toml) is TOML: the contract, bindings or data, settlements with the folder of "
        "their expected files, and properties.",
        'contrct = "contract.vbc"',
        'contract = "contract.vbc"\nproperties = ["the Fee never exceeds $100"]',
    ),
    Code(
        "VBC8060",
        "a package that is not installed",
        "Word, PDF and spreadsheet files are written and read by packages that are not part of the core. They "
        "come with the extra `docs-out`.",
        "vbc export contract.vbc --to docx --out exhibit.docx",
        "python -m pip install 'vbcdsl[docs-out]'",
    ),
    Code(
        "VBC8061",
        "a document that cannot be brought in",
        "Brought in are the numbered clauses of a Word file (.docx), a Markdown file or a text file. A damaged "
        "file, one of another kind, one that is far too large or one without numbered clauses is refused.",
        "vbc import scan.pdf",
        "vbc import exhibit.docx --out contract.vbc",
    ),
    Code(
        "VBC8062",
        "a section without that table",
        "A table is named by the number of its section, and by its place if the section has several.",
        "vbc table export contract.vbc 4.3 --out rates.csv",
        "vbc table list contract.vbc",
    ),
    Code(
        "VBC8063",
        "a file that is no table",
        "The file must have a head and rows of the same width; a cell cannot hold a line end, a vertical bar or "
        "two hyphens, because a table of a contract cannot.",
        "Score,Rate\n60% to 80%",
        "Score,Rate\n80% or more,50%",
    ),
    Code(
        "VBC8070",
        "a report that cannot be made",
        "A performance report names amounts that were settled. One with values that could not be computed, or "
        "with a section or a payment stream that is not there, would mislead.",
        "vbc exchange fhir contract.vbc --stream 9.9=ssq",
        "vbc exchange fhir contract.vbc --stream 4.5=ssq",
    ),
)
