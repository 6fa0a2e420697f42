"""A book: many contracts on one reading of the data, each settled for its own parties."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.scenarios.lakeside import lakeside
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.data.source import FileSource
from vbcdsl.diagnostics import VbcError
from vbcdsl.portfolio.book import read_book, settle_book
from vbcdsl.results.settle import settle
from vbcdsl.rules.uses import walk
from vbcdsl.syntax.shared import shared_sentences

RECORDS = ("member_months", "quality_results", "financial_schedule")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five variants of one text, and one text that says more, over 12 parties; A00 is in two contracts, A11 in
    none."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "contracts").mkdir()
    compiled, data = lakeside(12, 48)
    for name, table in data.items():
        pq.write_table(table, folder / f"{name}.parquet")
    lines = ["contract,party"]
    for number in range(5):
        text = compiled.base.text.replace("40%", f"{30 + number}%")
        if number == 4:
            text += '\n6.1 "Members Seen" means the number of Members.\n'
        (folder / "contracts" / f"plan_{number}.vbc").write_text(text, encoding="utf-8")
        lines += [f"plan_{number},A{2 * number:02d}", f"plan_{number},A{2 * number + 1:02d}"]
    lines += ["plan_3,A00", "plan_4,A10"]
    (folder / "roster.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = "\n".join(f'{name} = "{name}.parquet"' for name in RECORDS)
    (folder / "book.toml").write_text(
        f'roster = "roster.csv"\n[data]\n{files}\n[[contract]]\npath = "contracts/*.vbc"\n', encoding="utf-8"
    )
    return folder


def test_each_contract_pays_its_parties_what_it_pays_alone(home: Path) -> None:
    book = read_book(home / "book.toml")
    result = settle_book(book)
    assert not result.failed
    assert list(result.settled) == [f"plan_{n}" for n in range(5)]
    for entry in book.entries:
        alone = settle(compile_path(entry.path), book.data)
        expected = {
            (r.party, r.year.label): (r.net, r.values) for r in alone.rows if r.party in entry.parties
        }
        found = {(r.party, r.year.label): (r.net, r.values) for r in result.settled[entry.name].rows}
        assert found == expected
        assert len(found) == 2 * len(entry.parties)


def test_the_data_is_read_once_and_rows_of_nobody_are_counted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = FileSource.batches

    def counted(self: FileSource, columns: tuple[str, ...]) -> object:
        read.append(self.name)
        return real(self, columns)

    monkeypatch.setattr(FileSource, "batches", counted)
    result = settle_book(read_book(home / "book.toml"))
    assert result.readings == 1
    assert read.count("Member Months") == read.count("Quality Results") == 1
    assert read.count("Financial Schedule") == 3  # as in a run of one contract: years, parties, values
    assert result.left_out["Member Months"] == 4 * 24


def test_one_contract_with_an_error_does_not_stop_the_others(home: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.vbc").write_text('contract "Wrong".\n', encoding="utf-8")
    good = (home / "contracts" / "plan_0.vbc").as_posix()
    files = "\n".join(f'{name} = "{(home / name).as_posix()}.parquet"' for name in RECORDS)
    book = tmp_path / "book.toml"
    book.write_text(
        f'[data]\n{files}\n[[contract]]\npath = "wrong.vbc"\nparties = ["A01"]\n'
        f'[[contract]]\npath = "{good}"\nname = "good"\nparties = ["A00", "A99"]\n',
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["portfolio", str(book), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "wrong could not be settled" in done.output
    assert "the data has no ACO A99" in done.output
    with (tmp_path / "out" / "good" / "settlement.csv").open(encoding="utf-8") as handle:
        assert {row["aco"] for row in csv.DictReader(handle)} == {"A00"}
    assert not (tmp_path / "out" / "wrong").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "is no TOML"),
        ("[data]\n", "names no contract"),
        ('[[contract]]\npath = "none.vbc"\nparties = ["A"]\n', "there is no contract none.vbc"),
        ('[[contract]]\npath = "a.vbc"\n', "has no parties"),
        ('[[contract]]\npath = "a.vbc"\nparty = "A"\n', "has no “party”"),
        ('[[contract]]\npath = "a.vbc"\nname = "../x"\nparties = ["A"]\n', "cannot be the name"),
        (
            '[[contract]]\npath = "a.vbc"\nparties = ["A"]\n[[contract]]\npath = "a.vbc"\nparties = ["B"]\n',
            "twice",
        ),
    ],
)
def test_a_book_that_cannot_be_read_says_why(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.vbc").write_text("", encoding="utf-8")
    (tmp_path / "book.toml").write_text(text, encoding="utf-8")
    with pytest.raises(VbcError) as caught:
        read_book(tmp_path / "book.toml")
    assert caught.value.diagnostics[0].code == "VBC8043"
    assert words in caught.value.diagnostics[0].message


def test_a_sentence_read_before_is_the_same_in_its_new_place() -> None:
    first = lakeside(1, 1)[0].base.text
    other = first.replace("$250,000", "$1,250,000").replace("is met if at least 2", "is met if at least 1")
    alone = compile_text(other)
    with shared_sentences():
        compile_text(first)
        shared = compile_text(other)
    assert shared.diagnostics == alone.diagnostics
    assert shared.program.terms == alone.program.terms
    for name, term in alone.program.terms.items():
        places = [
            [(node.span, node.section) for node in walk(t.expr)] for t in (term, shared.program.terms[name])
        ]
        assert places[0] == places[1]
