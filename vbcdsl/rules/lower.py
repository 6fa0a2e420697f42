"""The stage itself: a document and its symbols in, a `Program` out.

Terms are lowered on demand, each after the terms it uses, so that kinds and grains are known when a sentence
refers to them; that order is the order of evaluation. A sentence that cannot be lowered is reported and the
others go on.
"""

from __future__ import annotations

from functools import partial

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.values import RoundMode
from vbcdsl.rules.lower_changes import ChangeLowerer
from vbcdsl.rules.lower_examples import lower_example
from vbcdsl.rules.program import Agreement, ExampleCase, Program, Record
from vbcdsl.rules.run_out import PAID_DATE, PaidThrough, RunOut
from vbcdsl.syntax import tree as t


class Lowerer(ChangeLowerer):
    """Lowers one document. `run` gives the program; problems are in `diagnostics`."""

    def lower_terms(self) -> None:
        """Lower every term that can be lowered."""
        for name in self.symbols.terms:
            self.lower_term(name)

    def run(
        self,
    ) -> Program:
        """Lower everything that can be lowered."""
        self.lower_terms()
        agreements: list[Agreement] = []
        for section in self.document.sections:
            if isinstance(section.core, t.Agreed):
                self._try(partial(self._add_agreed, section, agreements))
            if isinstance(section.core, t.Incorporates):
                self._incorporated(section.number, section.core)
            if isinstance(section.core, t.Reading):
                scope = self._scope("", section.number, self.own_grain)
                self._try(partial(self.value, section.core.value, scope))
        self._check_changes()
        self._run_out()
        examples: list[ExampleCase] = []
        for item in self.document.items:
            if isinstance(item, t.Example):
                for index, case in enumerate(item.cases):
                    if not self._governs(case):
                        continue
                    self._try(lambda i=item, k=index, c=case: examples.append(lower_example(self, i, k, c)))  # type: ignore[misc]
        self.diagnostics.extend(self.kinds.diagnostics)
        rounding = self.rounding
        mode: RoundMode = rounding.mode if rounding else "half up"
        facts = [("numbers", text) for text in self.document.header.numbers]
        if self.document.header.category:
            facts.append(("category", self.document.header.category))
        return Program(
            self.document.header.title or "",
            self.symbols.calendar,
            "Payer",
            self._provider_role(),
            self.symbols.party,
            self.symbols.roles,
            (mode, 2),
            self._used_records(),
            self.symbols.rosters,
            self.terms,
            tuple(agreements),
            tuple(examples),
            tuple(facts),
            self.symbols.attributes,
        )

    def _run_out(self) -> None:
        """Sentences that take amounts paid through a day, and what they stand on (Q41)."""
        said: list[PaidThrough] = []
        for name, definitions in self.symbols.terms.items():
            for definition in definitions:
                core = definition.section.core
                day = (
                    core.options.paid_through
                    if isinstance(core, t.Pay)
                    else getattr(core, "paid_through", None)
                )
                if day is None or name not in self.terms:
                    continue
                number = definition.section.number
                scope = self._scope(name, number, self.terms[name].grain)
                steps = tuple(self.step_name(name, limit.number) for limit, _ in self.limits.get(name, []))
                try:
                    said.append(PaidThrough(name, steps, self.day(day, scope), number))
                except Problem as problem:
                    self._report(problem.diagnostic)
        restricted = RunOut(self.terms, self.symbols.records, said, self.kinds)
        self.terms = restricted.run()
        for each in restricted.untouched:
            place = self.symbols.sections[each.section].core.span
            self._report(
                Diagnostic(
                    "VBC3040",
                    "no record that this stands on has a Paid Date, so the data must be cut "
                    "off before they are given",
                    place,
                    section=each.section,
                    severity="warning",
                    help="add a column “Paid Date” of kind date to the records",
                )
            )
        mentioned = restricted.mentioned()
        for record in self.symbols.records.values():
            if self.symbols.unreadable or self._failed:  # one of the sentences that are wrong may say it
                break
            if record.name in restricted.dated - mentioned and record.is_data:
                self._report(
                    Diagnostic(
                        "VBC4040",
                        f"{record.name} have a Paid Date, and no sentence says through which "
                        "day amounts are taken",
                        record.column(PAID_DATE).span,
                        section=record.section,
                        help="add “, using amounts paid through March 31 after the performance year” to a "
                        "sentence, or leave the column out",
                    )
                )

    def _incorporated(self, section: str, core: t.Incorporates) -> None:
        """Whether the definition that the contract incorporates is the one by which this program reads it."""
        from vbcdsl.definition import VERSION, fingerprint

        if core.version != VERSION:
            self._report(
                Diagnostic(
                    "VBC2008",
                    f"there is no language version {core.version}",
                    core.span,
                    section=section,
                    help=f"write “version {VERSION}”",
                )
            )
        elif core.sha256 and core.sha256 != fingerprint():
            self._report(
                Diagnostic(
                    "VBC2041",
                    "the contract incorporates another text of the language definition than this program has",
                    core.span,
                    section=section,
                    help=f"use the program of that text, or incorporate this one: sha-256 {fingerprint()}",
                )
            )

    def _governs(self, case: t.GivenExpect) -> bool:
        """Whether the text governs the year of an example; else another text in force computes it."""
        year = self.symbols.calendar.year_named(case.year) if case.year is not None else None
        return year is None or not self.years or year.number in self.years

    def _provider_role(self) -> str:
        each = self.document.header.each
        return each[0][0].text if each else self.symbols.party

    def _used_records(self) -> dict[str, Record]:
        return dict(self.symbols.records)
