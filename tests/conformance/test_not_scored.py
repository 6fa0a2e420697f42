"""Not scored, where it is settled and where it is not (Q11, Q21, Q22).

What an earlier row or case has settled is no question in the later ones; what can be not scored is refused where the
text shows it, and stops the run where only the data show it. Nothing of it depends on the order of rows.
The sentences of contracts are not broken into short lines here.
"""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text

RECORDS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                                   | If missing |
    | Base   | money, at least $0                     | required   |
    | Rate   | rate written as a fraction, at least 0% | not scored |
    | Other  | rate written as a fraction, at least 0% | not scored |
1.2 "Visits" are entries, any number for each ACO, placed by Visit Date:
    | Column     | Kind      | If missing |
    | Visit Date | date      | required   |
    | Score      | number    | required   |
    | Kept       | yes or no | no         |
"""
DATA = {
    "results": "aco,performance_year,base,rate,other\n"
    "A,2024,100,,\nB,2024,100,0.4,\nC,2024,100,0.6,0.5\nD,2024,100,,0.5\n",
    "visits": "aco,visit_date,score,kept\nA,2024-01-01,9,no\nB,2024-01-01,4,yes\n",
}
FEE = 'The Payer must pay the Provider the "Fee":'
TABLE = '"V" is set by {}, where {}:\n{}\n3.1 ' + FEE + " V."
ROWS = '"V" is set by the first row that applies:\n{}\n3.1 ' + FEE + " V."
LIST = '"V" means: {}.\n3.1 ' + FEE + " V."
SETTLED = {  # the amounts of A, B, C and D
    "a row “not scored” before rows with the value": (
        TABLE.format("Rate", "exactly one row applies",
                     "| Rate | V |\n| not scored | $1 |\n| less than 50% | Rate times Base |\n| 50% or more | $2 |"),
        "1 40 2 1",
    ),
    "the first row that fits": (
        TABLE.format("Rate", "the first row that fits applies",
                     "| Rate | V |\n| not scored | $1 |\n| any other value | Rate times Base |"),
        "1 40 60 1",
    ),
    "a row for each of two subjects": (
        TABLE.format("Rate and Other", "the first row that fits applies",
                     "| Rate | Other | V |\n| not scored | any | $1 |\n| any | not scored | Rate times Base |\n"
                     "| any | any | (Rate times Other) times Base |"),
        "1 40 30 1",
    ),
    "rows that exclude each other": (
        TABLE.format("Rate and Other", "exactly one row applies",
                     "| Rate | Other | V |\n| not scored | any | $1 |\n| at least 0% | not scored | Rate times Base |\n"
                     "| at least 0% | at least 0% | Other times Base |"),
        "1 40 50 1",
    ),
    "a subject that is computed": (
        TABLE.format("(Rate times 2)", "exactly one row applies",
                     "| Rate | V |\n| not scored | $1 |\n| less than 100% | Rate times Base |\n| 100% or more | $2 |"),
        "1 40 2 1",
    ),
    "a case before": (
        ROWS.format("| Case | V |\n| Rate is not scored | $1 |\n| Rate is at least 50% | Rate times Base |\n"
                    "| otherwise | $2 |"),
        "1 2 60 1",
    ),
    "two cases before": (
        LIST.format("(a) $1, if Rate is not scored; (b) $2, if Other is not scored; (c) Rate times Base, if Rate is at "
                    "least Other; (d) otherwise Other times Base"),
        "1 2 60 1",
    ),
    "cases that only together say it": (
        LIST.format("(a) $1, if Rate is not scored and Other is not scored; (b) Rate times Base, if Other is not "
                    "scored; (c) Other times Base, if Rate is not scored; (d) otherwise (Rate times Other) times Base"),
        "1 40 30 50",
    ),
    "either of two, each with the test": (
        f"{FEE} Rate times Base if (Rate is scored and Base is at least $50) or (Rate is scored and Base is less than "
        "$20), otherwise $3.",
        "3 40 60 3",
    ),
    "a gate that says it": (
        f'The "Known" is met if Rate is scored and Rate is at least 50%.\n3.1 {FEE} Rate times Base if the Known is '
        "met, otherwise $3.",
        "3 3 60 3",
    ),
    "a term that stands on the value": (
        f'"V" means the lesser of (Rate times Base) and $50.\n3.1 {FEE} $3 if Rate is not scored, otherwise V.',
        "3 40 50 3",
    ),
    "the term itself": (
        f'"V" means (Rate times Base) plus (Other times Base).\n3.1 {FEE} V if V is scored, otherwise $3.',
        "3 3 110 3",
    ),
}  # fmt: skip
REFUSED = {
    "another value in the row": (
        TABLE.format("Rate", "exactly one row applies",
                     "| Rate | V |\n| not scored | $1 |\n| less than 50% | Other times Base |\n| 50% or more | $2 |"),
        "VBC3020",
    ),
    "the row of the case itself": (
        TABLE.format("Rate", "exactly one row applies",
                     "| Rate | V |\n| not scored | Rate times Base |\n| less than 50% | $1 |\n| 50% or more | $2 |"),
        "VBC3020",
    ),
    "a row that takes only some of it": (
        TABLE.format("Rate and Other", "the first row that fits applies",
                     "| Rate | Other | V |\n| not scored | less than 50% | $1 |\n| any | any | Rate times Base |"),
        "VBC3020",
    ),
    "a row behind": (
        TABLE.format("Rate", "the first row that fits applies",
                     "| Rate | V |\n| less than 50% | $2 |\n| any other value | Rate times Base |"),
        "VBC3020",
    ),
    "one of two": (
        f"{FEE} Rate times Base if Rate is scored or Base is at least $50, otherwise $3.", "VBC3020",
    ),
    "a gate that says another thing": (
        f'The "Known" is met if Other is scored.\n3.1 {FEE} Rate times Base if the Known is met, otherwise $3.',
        "VBC3020",
    ),
    "the value of another period": (
        f"{FEE} (Rate in the prior performance year) times Base if Rate is scored, otherwise $3.", "VBC3020",
    ),
    "a power": (f'"V" means Rate to the power of 2.\n3.1 {FEE} V times Base.', "VBC3020"),
    "a root": (f'"V" means the square root of Rate to 4 decimal places.\n3.1 {FEE} V times Base.', "VBC3020"),
    "a share in a table of shares": (
        '"V" is the sum over the parts of Base, where each row applies to the part within it:\n'
        "| Base | V |\n| from $0 up to but not including $50 | 10% |\n| $50 or more | Rate |\n"
        f"3.1 {FEE} V.",
        "VBC3020",
    ),
    "an edge": (
        TABLE.format("Base", "exactly one row applies",
                     "| Base | V |\n| less than (Rate times $200) | $1 |\n| (Rate times $200) or more | $2 |"),
        "VBC3021",
    ),
}  # fmt: skip


def run(engine: str, text: str, folder: Path) -> dict[str, object]:
    case = Case("", f"{RECORDS}2.1 {text}\n", data=DATA, years=[1])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return dict(named(running.run(engine, question, case, folder)))


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("text", "amounts"), SETTLED.values(), ids=SETTLED)
def test_what_is_settled_before_is_no_question_after(
    text: str, amounts: str, engine: str, tmp_path: Path
) -> None:
    found = run(engine, text, tmp_path)
    assert [found[f"Fee at {aco}, 2024"] for aco in "ABCD"] == [read_value(x) for x in amounts.split()]


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_not_scored_is_refused(text: str, code: str) -> None:
    found = {d.code for d in compile_text(f"{running.HEADER}{RECORDS}2.1 {text}\n").errors}
    assert found == {code}


OF_NOTHING = '"Mean" means the average of Score where Kept.\n3.1 '


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(
    ("text", "term", "code", "of_b"),
    [
        (f"{FEE} $10 times Mean, but not less than $0.", "Fee", "VBC6027", "$40"),
        (f"{FEE} $10 times (the largest of Score where Kept), but not less than $0.", "Fee", "VBC6027", "$40"),
        (f"{FEE} (1 if Mean is at least 4, otherwise 2) times $1.", "Fee", "VBC6027", "$1"),
        ('The "Gate" is met if Mean is at least 4.', "Gate", "VBC6028", "yes"),
        ('The "Plan" is required if Mean is less than 4.', "Plan", "VBC6028", "no"),
        (f"{FEE} $10 times Mean, but not less than $0, or $0 if it is not scored.", "Fee", "$0", "$40"),
        (f"{FEE} (10 times Mean if Mean is scored, otherwise 3) times $1, but not less than $0.", "Fee", "$3", "$40"),
        ('The "Gate" is met if Mean is scored and Mean is at least 4.', "Gate", "no", "yes"),
    ],
)  # fmt: skip
def test_an_average_of_nothing_is_paid_to_nobody_in_silence(
    text: str, term: str, code: str, of_b: str, engine: str, tmp_path: Path
) -> None:
    found = run(engine, OF_NOTHING + text, tmp_path)
    of_a = found[f"{term} at A, 2024"]
    if code.startswith("VBC"):
        assert isinstance(of_a, RunError)
        assert (of_a.code, of_a.section, of_a.term, of_a.key) == (
            code, "3.1", term, (("ACO", "A"), ("Performance Year", "2024")),
        )  # fmt: skip
        assert "scored" in of_a.help
    else:
        assert of_a == read_value(code)
    assert found[f"{term} at B, 2024"] == read_value(of_b)


ITEMS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind   | If missing |
    | Base   | number | required   |
    | Rate   | number | not scored |
1.2 "Rows" are records, one for each ACO and Item in each Performance Year:
    | Column | Kind   | If missing |
    | X      | number | not scored |
    | Y      | number | required   |
2.1 "Bad" means 1 divided by Base, rounded half up to 2 decimal places.
2.2 "Part" means, for each Item, X divided by Y, rounded half up to 2 decimal places.
"""
ITEM_DATA = {  # A: not scored, and an error; B: not scored; C: an error; D: neither
    "results": "aco,performance_year,base,rate\nA,2024,0,\nB,2024,2,\nC,2024,0,6\nD,2024,4,6\n",
    "rows": "aco,item,performance_year,x,y\nA,1,2024,,1\nA,2,2024,1,0\nB,1,2024,,2\nB,2,2024,,2\n"
    "C,1,2024,1,0\nC,2,2024,,1\nD,1,2024,4,1\nD,2,2024,1,1\n",
}
NONE, STOP = "not scored", "VBC6001"


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(
    ("value", "amounts"),
    [  # an error that is reached stops, on whichever side it stands; one that is not reached does not
        ("Rate plus Bad", [STOP, NONE, STOP, "6.25"]),
        ("Bad plus Rate", [STOP, NONE, STOP, "6.25"]),
        ("the lesser of Rate and Bad", [STOP, NONE, STOP, "0.25"]),
        ("the lesser of Bad and Rate", [STOP, NONE, STOP, "0.25"]),
        ("Rate, but not more than Bad", [STOP, NONE, STOP, "0.25"]),
        ("Bad, but not more than Rate", [STOP, NONE, STOP, "0.25"]),
        ("1 if Rate is at least 5, otherwise Bad", [NONE, NONE, "1", "1"]),
        ("Rate, or Bad if it is not scored", [STOP, "0.5", "6", "6"]),
        ("1 if Rate is at least 5 and Bad is at least 5, otherwise 2", [STOP, "2", STOP, "2"]),
        ("1 if Bad is at least 5 and Rate is at least 5, otherwise 2", [STOP, "2", STOP, "2"]),
        ("1 if Rate is at least 5 or Bad is at least 5, otherwise 2", [STOP, NONE, "1", "1"]),
        ("the total of Part over all Items that are scored", [STOP, "0", STOP, "5"]),
        ("the average of Part over all Items that are scored", [STOP, NONE, STOP, "2.5"]),
        ("the largest of Part over all Items that are scored", [STOP, NONE, STOP, "4"]),
    ],
)
@pytest.mark.parametrize("backward", [False, True], ids=["rows forward", "rows backward"])
def test_not_scored_hides_no_error_and_makes_none(
    value: str, amounts: list[str], engine: str, backward: bool, tmp_path: Path
) -> None:
    case = Case("", f'{ITEMS}2.3 "V" means {value}.\n', data=ITEM_DATA, years=[1])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    results = named(running.run(engine, question, case, tmp_path, backward=backward))
    found = [results[f"V at {aco}, 2024"] for aco in "ABCD"]
    assert [v.code if isinstance(v, RunError) else v for v in found] == [
        x if x == STOP else read_value(x) for x in amounts
    ]
