"""Files that are named as a published data model names them run without a line about columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vbcdsl.api import load
from vbcdsl.data import load_bindings, make_bindings
from vbcdsl.data.standards import standard_names
from vbcdsl.diagnostics import VbcError

CONTRACT = """contract "Months".
language version 1.
the Payer is "Plan".
the Provider is each Practice.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Member Months" are records, one for each Member in each Month:
    | Column         | Kind                | If missing |
    | Practice       | text                | required   |
    | Enrolled       | yes or no           | no         |
    | Inpatient Paid | money               | $0         |
    | Total Paid     | money               | $0         |
    | Risk Score     | number from 0 to 20 | required   |
2.1 "Months" means the number of Member Months where Enrolled.
2.2 "Cost" means the total of Total Paid.
2.3 "Risk" means the average of Risk Score.
2.4 The Payer must pay the Provider the "Fee": $2.00 per member per month times Months.
"""

TUVA = """person_id,year_month,payer_attributed_provider_practice,inpatient_paid,total_paid,v24_risk_score
p1,202401,East,10.00,100.10,1.25
p1,202402,East,0.00,20.00,1.25
p2,202401,East,0.00,-7.50,0.5
"""

SYNPUF = """\
member_id,month,month_start,part_a,paid_inpatient,paid_outpatient,paid_professional,attributed_tin,risk_score
p1,1,2024-01-01,1,10.0,90.1,0.0,East,1.25
p1,2,2024-02-01,1,0.0,20.0,0.0,East,1.25
p2,1,2024-01-01,1,0.0,0.0,-7.5,East,0.5
"""


def settled(tmp_path: Path, text: str, bindings: Any) -> dict[str, Any]:
    file = tmp_path / "months.csv"
    file.write_text(text, encoding="utf-8")
    run = load(CONTRACT).run({"member_months": file}, bindings=bindings, years=2024)
    row: dict[str, Any] = run.settlement.to_pylist()[0]
    return row


@pytest.mark.parametrize(("name", "text"), [("tuva", TUVA), ("synpuf", SYNPUF)])
def test_the_names_of_a_data_model_stand_for_the_columns_of_the_contract(
    tmp_path: Path, name: str, text: str
) -> None:
    row = settled(tmp_path, text, name)
    assert (row["practice"], row["months"], str(row["cost"]), str(row["net_payment"])) == (
        "East",
        3,
        "112.60",
        "6.00",
    )


def test_what_the_bindings_say_of_a_column_wins_over_the_data_model(tmp_path: Path) -> None:
    table = {
        "member_months": {
            "standard": "tuva",
            "constants": {"Practice": "All"},
            "columns": {"Total Paid": "inpatient_paid"},
        }
    }
    row = settled(tmp_path, TUVA, make_bindings(table))
    assert (row["practice"], str(row["cost"])) == ("All", "10.00")


def test_a_column_of_the_contracts_own_name_wins_over_the_data_model(tmp_path: Path) -> None:
    text = TUVA.replace("person_id", "practice,person_id").replace("\np", "\nOwn,p")
    assert settled(tmp_path, text, "tuva")["practice"] == "Own"


def test_what_the_data_model_does_not_have_is_still_missing(tmp_path: Path) -> None:
    with pytest.raises(VbcError) as caught:
        settled(tmp_path, TUVA.replace("v24_risk_score", "raf"), "tuva")
    assert [d.code for d in caught.value.diagnostics] == ["VBC5101"]


def test_a_data_model_that_nobody_knows_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(VbcError) as caught:
        make_bindings({"member_months": {"standard": "tuba"}})
    assert [d.code for d in caught.value.diagnostics] == ["VBC5024"]
    assert '"synpuf" or "tuva"' in caught.value.diagnostics[0].help


@pytest.mark.parametrize("name", standard_names())
def test_each_shipped_data_model_can_be_read(name: str) -> None:
    standard = load_bindings(name).standard
    assert standard is not None and standard.title and len(standard.names) > 5


@pytest.mark.parametrize("name", ["tuva", "synpuf"])
def test_the_library_contract_settles_files_of_both_data_models(name: str) -> None:
    folder = Path(__file__).parents[2] / "contract_library" / "member-month-cost"
    contract = load(folder)
    for engine in ("arrow", "reference"):
        run = contract.run(bindings=folder / "bindings" / f"{name}.toml", engine=engine)
        total = sum(row["net_payment"] for row in run.settlement.to_pylist())
        assert str(total) == {"tuva": "1236.00", "synpuf": "5188.00"}[name]
