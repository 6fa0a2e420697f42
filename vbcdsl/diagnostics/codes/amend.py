"""Codes of amendments (7xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC7001",
        "a sentence that is none of an amendment",
        "An amendment consists of changes: words replaced, a section replaced, added, deleted or renumbered.",
        "The sharing rate is now 45%.",
        'Section 4.2 is amended by replacing "40%" with "45%".',
    ),
    Code(
        "VBC7002",
        "an amendment without a heading",
        "The first sentence says which contract is amended, when it was signed and from when it applies.",
        "",
        'amendment 1 to "Lakeside Agreement", signed May 12, 2025, effective for performance '
        "years that begin on or after January 1, 2026.",
    ),
    Code(
        "VBC7003",
        "an amendment of another contract",
        "The title in its heading is not the title of this contract. An amendment applied to the "
        "wrong contract would change amounts nobody agreed on.",
    ),
    Code(
        "VBC7004",
        "two amendments with one number",
        "Amendments are applied in the order of their numbers, so each number stands once.",
    ),
    Code(
        "VBC7005",
        "an amendment that takes effect inside a performance year",
        "A year's own values are computed under one text. From which year on the change applies must be said; a "
        "change of monthly or quarterly values says “for months beginning on or after …”.",
        "effective July 1, 2025.",
        "effective for performance years that begin on or after January 1, 2026.",
    ),
    Code(
        "VBC7006",
        "an amendment after the end of the contract",
        "It takes effect when the contract is no longer in force, so it changes nothing.",
    ),
    Code(
        "VBC7007",
        "an amendment of a section that does not exist",
        "The section is not in the text in force: it has another number, or an earlier amendment has "
        "deleted it.",
        "Section 4.12 is amended by …",
        "Section 4.2 is amended by …",
    ),
    Code(
        "VBC7008",
        "an amendment that adds a section twice",
        "The section number is in use. A new section needs a free number.",
        "A new section 4.2 is added: …",
        "Section 4.2 is replaced: …",
    ),
    Code(
        "VBC7009",
        "words to be replaced that are missing or stand more than once",
        "A replacement must match exactly once in its section, or it would change nothing, or a place "
        "that nobody meant.",
        'Section 4.2 is amended by replacing "0%" with "5%".',
        'Section 4.2 is amended by replacing "less than 60% | 0%" with "less than 60% | 5%".',
    ),
    Code(
        "VBC7010",
        "an amendment without a change",
        "The amendment has a heading and no change, so the text in force stays as it was.",
        "",
        'Section 4.2 is amended by replacing "40%" with "45%".',
        severity="warning",
    ),
    Code(
        "VBC7011",
        "a value of the year that a text of shorter periods changes or needs",
        "An amendment for months or quarters changes the values of these periods inside a performance year; the "
        "year's own values keep the text of its first day. A sentence cannot become one for each month there, or "
        "the reverse, and a month cannot use a yearly value that the year's own text does not have.",
        "effective for months beginning on or after July 1, 2025. … A new section 2.9 is added: a yearly value …",
        "effective for performance years that begin on or after January 1, 2026.",
    ),
)
