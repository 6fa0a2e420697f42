"""Codes of data and bindings (5xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

_INPUTS: tuple[Code, ...] = (
    Code(
        "VBC5001",
        "no data for a record",
        "The contract computes from the rows of this record, and nothing was given for it. It is never taken "
        "as empty: an empty record would pay or withhold money without saying so.",
        "vbc run contract.vbc",
        "vbc run contract.vbc --data member_months=months.parquet",
    ),
    Code(
        "VBC5002",
        "data for an unknown record",
        "The name does not belong to a record of the contract that reads data. A misspelt name would leave the "
        "record that was meant without data.",
        "--data member_month=months.csv",
        "--data member_months=months.csv",
    ),
    Code(
        "VBC5003",
        "no such file",
        "The path leads to no file, or the folder or pattern to none. Paths on the command line are relative "
        "to the place where it runs; paths in a bindings file are relative to that file.",
    ),
    Code(
        "VBC5004",
        "a kind of file that cannot be read",
        "CSV and TSV (also compressed), Parquet, Arrow IPC and Feather are read. A spreadsheet must be saved "
        "as CSV: its own format stores binary floats, which are not exact.",
        "--data member_months=months.xlsx",
        "--data member_months=months.csv",
    ),
    Code(
        "VBC5005",
        "a damaged file",
        "The file is cut short, damaged, or in another format than its extension says. Part of a file is never "
        "settled.",
    ),
    Code(
        "VBC5006",
        "an empty file",
        "The file has no bytes or no header, so not even its columns are known. A file with a header and no "
        "rows is accepted: it says that there are none.",
    ),
    Code(
        "VBC5007",
        "a file that unpacks without end",
        "A compressed file unpacked to more than the limit. A few kilobytes can unpack to terabytes; the limit "
        "protects the machine and can be raised.",
    ),
    Code(
        "VBC5008",
        "rows that do not match the header",
        "Rows have more or fewer cells than the header has names, usually a comma in a cell without quotes. "
        "Every cell after it would stand in the wrong column.",
        "A1001,Palm Beach ACO, LLC,100",
        'A1001,"Palm Beach ACO, LLC",100',
    ),
    Code(
        "VBC5009",
        "a file that is not UTF-8",
        "The file holds bytes that are no UTF-8 text. Names read in the wrong encoding would not match those of "
        "other files.",
        "",
        '[member_months]\nencoding = "cp1252"',
    ),
)

_BINDINGS: tuple[Code, ...] = (
    Code(
        "VBC5010",
        "another separator",
        "A CSV file has one column, and its name has semicolons, tabs or bars in it: the cells are not separated "
        "by commas. Spreadsheets of many countries write semicolons.",
        '[member_months]\nfile = "mm.csv"',
        '[member_months]\nfile = "mm.csv"\nseparator = ";"',
    ),
    Code(
        "VBC5012",
        "no such table",
        "Data can be a table of a database or of a Spark cluster: `duckdb:FILE#TABLE`, `spark:FOLDER`, "
        "`spark:#catalog.table`. The address names no table, or the table is not there.",
        "--data member_months=duckdb:warehouse.db",
        "--data member_months=duckdb:warehouse.db#member_months",
    ),
    Code(
        "VBC5013",
        "something that is not installed",
        "Some sources and engines need more than the program itself: DuckDB, DuckDB's extension for Postgres, "
        "PySpark and a Java runtime. The message says which; the program never downloads anything by itself.",
    ),
    Code(
        "VBC5020",
        "bindings that cannot be read",
        "A bindings file is a TOML file. The message says where it stops being one.",
        "[member_months]\nmissing = -",
        '[member_months]\nmissing = ["-"]',
    ),
    Code(
        "VBC5021",
        "bindings of an unknown record",
        "The table names no record of the contract, so what it says would be ignored.",
        "[member_month]",
        "[member_months]",
    ),
    Code(
        "VBC5022",
        "bindings of an unknown column",
        "The left side of a line in the bindings is a column of the contract; the right side is the column of "
        "the file.",
        '[member_months.columns]\npaid_ip = "Inpatient Paid"',
        '[member_months.columns]\n"Inpatient Paid" = "paid_ip"',
    ),
    Code(
        "VBC5023",
        "an unknown key in the bindings",
        "A misspelt key would be ignored and the default taken, so it is refused.",
        'writen = "percent"',
        'written = "percent"',
    ),
    Code(
        "VBC5024",
        "a bad value in the bindings",
        "The value is not one that the key can have, or the key does not apply to a column of this kind.",
        'unit = "pennies"',
        'unit = "cents"',
    ),
)

_COLUMNS: tuple[Code, ...] = (
    Code(
        "VBC5101",
        "a column that is not in the data",
        "The contract uses the column and the file has none of that name (spelling with capitals, spaces or "
        "underscores does not matter). A column is never taken as empty because it is not there.",
        "member_id,month,ip_paid",
        '[member_months.columns]\n"Inpatient Paid" = "ip_paid"',
    ),
    Code(
        "VBC5102",
        "two columns with one name",
        "Two columns of the file answer to the name; which one is meant changes the result.",
        "paid,Paid",
        '"Inpatient Paid" = "Paid"',
    ),
    Code(
        "VBC5103",
        "files with different columns",
        "The column is a number in one file and a text or a date in another. Files of one record must be alike.",
    ),
    Code(
        "VBC5104",
        "binary floats",
        "A binary float cannot hold most decimal amounts: 0.1 + 0.2 is not 0.3 in it. No float stands between the "
        "data and a payment. If the values were decimals before they became floats, say of how many places: each "
        "float must then be the one nearest to such a decimal.",
        "paid: double",
        '"Inpatient Paid" = { column = "paid", floats = "decimal places 2" }',
    ),
    Code(
        "VBC5105",
        "a column of another kind",
        "What the file's column holds cannot be read as the kind that the contract declares.",
    ),
)

_CELLS: tuple[Code, ...] = (
    Code(
        "VBC5110",
        "a cell that is no number",
        "Read are 1234.50, $1,234.50, (1,234.50) for a negative, 12.5% in a rate. Other cells are not guessed "
        'at. Cells that mean "no value" are listed in the bindings.',
        "N/A",
        'missing = ["", "N/A"]',
    ),
    Code(
        "VBC5111",
        "an empty cell in a required column",
        "The contract says that the column is required. Where an empty cell has a meaning, the contract can say "
        'it in the column "If missing".',
        "| Risk Score | number | required |",
        "| Risk Score | number | 1.0 |",
    ),
    Code(
        "VBC5112",
        "a count that is negative or not whole",
        "A count is a whole number, 0 or more. A number with decimals is declared as number.",
    ),
    Code(
        "VBC5113",
        "a value outside its bounds",
        "The contract bounds the column, both ends included, so that a slipped decimal point is seen before "
        "it is paid.",
        "Risk Score 105 in `number from 0 to 20`",
        "Risk Score 1.05",
    ),
    Code(
        "VBC5114",
        "a text that is not on the list",
        "The contract lists the texts of the column. Text matches exactly, capitals and spaces too; another "
        "spelling would fall through every condition.",
        "r",
        'values = { "r" = "Renewal" }',
    ),
    Code(
        "VBC5115",
        "a rate that looks like a percent",
        "The column is read as fractions (0.025 is 2.5%) and holds a value above 1.5. If the file writes 2.5 "
        "for 2.5%, every amount would be a hundred times too large.",
        "savings_rate: 2.5",
        'written = "percent"',
    ),
    Code(
        "VBC5116",
        "a rate that looks like a fraction",
        "The column is read as percents (2.5 is 2.5%), but no value of it is above 1. If the file writes 0.025 "
        "for 2.5%, every amount would be a hundred times too small.",
        'written = "percent" and savings_rate: 0.025',
        'written = "fraction"',
        severity="warning",
    ),
    Code(
        "VBC5117",
        "a date or period that cannot be read",
        "Read are dates as 2024-03-31, months as 2024-03 or 202403, years as 2024 or their number in the "
        "contract, quarters as 2024-Q1. 3/4/2024 is March 4 to some and April 3 to others, so it needs a format.",
        "3/4/2024",
        'format = "%m/%d/%Y"',
    ),
    Code(
        "VBC5118",
        "a number with more than 38 digits",
        "No amount of a contract needs so many digits; the column is probably an identifier.",
    ),
    Code(
        "VBC5119",
        "floats with more places than said",
        "The bindings say of how many decimal places the floats are. These are not the nearest float to any "
        "such decimal, or too large for the places to be told apart: they were computed with, or cut.",
        "0.30000000000000004 with `decimal places 2`",
        "0.3",
    ),
    Code(
        "VBC5120",
        "a cell that is neither yes nor no",
        "Read are yes and no, true and false, y and n, t and f in any case, 1 and 0. Other texts are given a "
        "meaning in the bindings.",
        "Enrolled",
        'values = { "Enrolled" = "yes", "Left" = "no" }',
    ),
    Code(
        "VBC5121",
        "a rate of which nobody says how it is written",
        "Files write 2.5% as 2.5 or as 0.025, and 0.9 can be 90% or 0.9%. Neither the contract nor the bindings "
        "say which, and the cells have no percent sign. There is no default.",
        "| Savings Rate | rate | required |",
        "| Savings Rate | rate written as a fraction | required |",
    ),
)

_KEYS: tuple[Code, ...] = (
    Code(
        "VBC5201",
        "two rows with one key",
        "The contract says that there is one row for each key. Two rows, even equal ones, would count or add "
        "twice; which of them is right is not guessed.",
        "member 1, 2024-03, $100\nmember 1, 2024-03, $100",
        "member 1, 2024-03, $100",
    ),
    Code(
        "VBC5203",
        "nobody, or nothing, to settle",
        "The data have no row for any party in the performance years asked for (the file has a header only, or is "
        "of another year), or all rows of a record lie outside the term of the contract. Nothing is written.",
        "vbc run contract.vbc --data member_months=mm_2023.csv --year 2024",
        "vbc run contract.vbc --data member_months=mm_2024.csv --year 2024",
    ),
    Code(
        "VBC5202",
        "two entries with one identifier",
        "Entries (claims, visits) have no key and may be equal, but an Entry Identifier names one entry only.",
    ),
)

CODES: tuple[Code, ...] = _INPUTS + _BINDINGS + _COLUMNS + _CELLS + _KEYS
