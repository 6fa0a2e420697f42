"""Codes of command line and files (8xxx). 8001 to 8019: reading contract files."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC8001",
        "a file or folder that does not exist",
        "The path names nothing. Nothing is read in its place, because a settlement under the wrong text would "
        "pay the wrong amount.",
    ),
    Code(
        "VBC8002",
        "a folder without a contract",
        "A folder stands for the contract in its file `contract.vbc` (or `contract.md`) as amended by the files "
        "of its folder `amendments`. This folder has no such file.",
        "vbc check my_contracts",
        "vbc check my_contracts/lakeside\nvbc check my_contracts/lakeside.vbc",
    ),
    Code(
        "VBC8003",
        "a file that is not a contract",
        "Contract text is in files that end in `.vbc`, or in the ```` ```vbc ```` blocks of files that end in "
        "`.md`. Data files are given with `--data NAME=FILE`.",
        "vbc run members.csv",
        "vbc run contract.vbc --data member_months=members.csv",
    ),
    Code(
        "VBC8004",
        "an amendment without its contract",
        "An amendment has a meaning only with the contract that it amends. It is looked for as `contract.vbc` "
        "(or `contract.md`) in the amendment's folder, and one folder up when the amendment is in `amendments`.",
        "amendments/first.vbc",
        "contract.vbc\namendments/first.vbc",
    ),
    Code(
        "VBC8005",
        "a file that is not UTF-8 text",
        "Bytes that are not UTF-8 can be read in several ways: a dash, a section sign or an accented name would "
        "come out differently on another computer. Files in UTF-16 are read when they have a byte-order mark.",
    ),
    Code(
        "VBC8006",
        "a control character in the text",
        "The text holds a character that is an instruction to a device and no letter: often a soft line break "
        "that was pasted from a word processor, or a file that is not text at all.",
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
        "The folder holds both `contract.vbc` and `contract.md`. Only one text can govern, and the program does "
        "not choose between them.",
    ),
    Code(
        "VBC8010",
        "a Markdown file without contract text",
        "In a `.md` file only the blocks that begin with ```` ```vbc ```` are contract text; all else is prose "
        "that is printed and computes nothing. This file has no such block.",
        'contract "Lakeside Agreement".',
        '```vbc\ncontract "Lakeside Agreement".\n```',
    ),
    Code(
        "VBC8011",
        "a block of contract text that is not closed",
        "The block begins with ```` ```vbc ```` and has no closing line. Where the contract ends and prose begins "
        "must be plain.",
        '```vbc\ncontract "Lakeside Agreement".',
        '```vbc\ncontract "Lakeside Agreement".\n```',
    ),
    Code(
        "VBC8012",
        "a file that cannot be read",
        "The operating system does not let the program read the file: it may be open elsewhere, or you may not "
        "have the right to read it.",
    ),
)
