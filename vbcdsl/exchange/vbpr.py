"""A settlement as FHIR resources of the Da Vinci Value-Based Performance Reporting guide (STU 1.1, FHIR R4).

A Bundle of a Measure (the contract), the Organizations, and a MeasureReport for each party and performance year,
with a group for each payment and each other result. Amounts are JSON numbers with the digits of the settlement: no
float is on the way. A payment stream is coded only if the user says which one it is.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from vbcdsl.data.write import exact_text, money_text
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.model.kinds import Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.results.settlement import Settled, SettlementRow

_GUIDE: Final = "http://hl7.org/fhir/us/davinci-vbpr"
_PROFILE: Final = f"{_GUIDE}/StructureDefinition"
STREAMS: Final = {
    "ccf": "Care coordination fee",
    "ccf-with-risk": "Care coordination fee with risk",
    "eoc": "Episode of care",
    "pcpcp": "Primary care provider capitation payment",
    "ssq": "Shared savings gated on quality",
    "ssl": "Shared savings and losses",
    "ssp": "Shared savings",
    "tcoc": "Total cost of care",
    "qip": "Quality incentive payment",
    "p4r": "Pay for reporting",
    "p4p": "Pay for performance",
    "ubip": "Utilization incentive payment",
}
_MARK: Final = "\x01"


def performance_reports(settled: Settled, streams: Mapping[str, str], day: str) -> str:
    """The Bundle as JSON text. `streams`: section → code of a payment stream. `day`: the date of the reports.

    `VbcError` if a value of the settlement could not be computed, or a code or section is not known.
    """
    if settled.errors:
        raise VbcError([
            Diagnostic("VBC8070", "a settlement with values that could not be computed is not reported",
                       help="vbc run shows them")
        ])  # fmt: skip
    _check_streams(settled, streams)
    writer = _Writer(settled, streams, day)
    resources = [writer.measure(), *writer.organizations(), *(writer.report(row) for row in settled.rows)]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources],
    }
    text = json.dumps(bundle, indent=2, ensure_ascii=True)
    return re.sub(r'"\\u0001(-?[0-9.]+)"', r"\1", text) + "\n"


def _check_streams(settled: Settled, streams: Mapping[str, str]) -> None:
    sections = {payment.section for payment in settled.payments}
    for section, code in streams.items():
        if section not in sections:
            raise VbcError([
                Diagnostic("VBC8070", f"section {section} is no payment of this settlement",
                           help=f"payments: sections {', '.join(sorted(sections))}")
            ])  # fmt: skip
        if code not in STREAMS:
            raise VbcError(
                [
                    Diagnostic(
                        "VBC8070",
                        f"“{code}” is no payment stream of the guide",
                        help=f"known: {', '.join(STREAMS)}",
                    )
                ]
            )


class _Writer:
    """Makes the resources of one settlement; ids are made of its text and keys, so they do not change."""

    def __init__(self, settled: Settled, streams: Mapping[str, str], day: str) -> None:
        self.settled, self.streams, self.day = settled, streams, day
        self.program = settled.program
        self.text = settled.compiled.version_of(settled.years[-1].number).consolidated.source.sha256

    def _id(self, *parts: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((self.text, *parts))))

    def measure(self) -> dict[str, Any]:
        """The contract."""
        facts, calendar = dict(self.program.title_facts), self.program.calendar
        extensions = []
        if "category" in facts:
            extensions.append({
                "url": f"{_PROFILE}/program-model",
                "valueCodeableConcept": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/hcp-lan-apm-framework",
                                "code": facts["category"]}],
                    "text": f"Category {facts['category']}",
                },
            })  # fmt: skip
        extensions += [self._stream(code) for code in dict.fromkeys(self.streams.values())]
        return {
            "resourceType": "Measure",
            "id": self._id("measure"),
            "meta": {"profile": [f"{_PROFILE}/vbp-measure"]},
            **({"extension": extensions} if extensions else {}),
            "url": f"urn:uuid:{self._id('measure')}",
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:sha256:{self.text}"}],
            "version": self.text[:12],
            "name": "".join(word.capitalize() for word in snake_case(self.program.title).split("_")) or "Contract",
            "title": _clean(self.program.title),
            "status": "active",
            "description": f"Text in force, sha-256 {self.text}",
            "effectivePeriod": _span(calendar.years[0], calendar.years[-1]),
            "scoring": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/measure-scoring",
                                    "code": "composite"}]},
        }  # fmt: skip

    def organizations(self) -> list[dict[str, Any]]:
        """The payer and each party."""
        payer = self.program.roles.get(self.program.payer) or self.program.payer
        found = [self._organization("payer", payer)]
        parties = sorted({row.party for row in self.settled.rows})
        return found + [self._organization("party", party) for party in parties]

    def _organization(self, what: str, name: str) -> dict[str, Any]:
        return {
            "resourceType": "Organization",
            "id": self._id(what, name),
            "active": True,
            "name": _clean(name),
        }

    def report(self, row: SettlementRow) -> dict[str, Any]:
        """What one party earned in one performance year."""
        payer = self.program.roles.get(self.program.payer) or self.program.payer
        groups = [self._payment(row, place) for place in range(len(row.payments))]
        paid = {payment.name for payment in row.payments}
        for term in self.settled.columns:
            value = row.values.get(term.name)
            if term.name not in paid and isinstance(value, Fraction) and not isinstance(value, bool):
                groups.append(self._group(row.year, term.id, term.name, term.section, value, term.kind))
        net = row.net
        assert not isinstance(net, RunError)
        groups.append(self._group(row.year, "net_payment", "Net payment", "", net, Kind("money")))
        return {
            "resourceType": "MeasureReport",
            "id": self._id("report", row.party, row.year.label),
            "meta": {"profile": [f"{_PROFILE}/vbp-performance-measurereport"]},
            "extension": [{
                "url": "http://hl7.org/fhir/StructureDefinition/measurereport-category",
                "valueCodeableConcept": {"coding": [{
                    "system": "http://hl7.org/fhir/CodeSystem/measurereport-category", "code": "vbp"}]},
            }],
            "status": "complete",
            "type": "summary",
            "measure": f"urn:uuid:{self._id('measure')}",
            "subject": {
                "extension": [{"url": f"{_PROFILE}/organization-subject",
                               "valueReference": {"reference": f"urn:uuid:{self._id('party', row.party)}"}}],
                "display": _clean(row.party),
            },
            "date": self.day,
            "reporter": {"reference": f"urn:uuid:{self._id('payer', payer)}"},
            "period": _span(row.year, row.year),
            "group": groups,
        }  # fmt: skip

    def _payment(self, row: SettlementRow, place: int) -> dict[str, Any]:
        payment = row.payments[place]
        assert not isinstance(payment.amount, RunError)
        id = f"{snake_case(payment.name)}_{payment.section}".replace(".", "_")
        group = self._group(
            row.year, id, payment.name, payment.section, payment.amount * (payment.sign or 1), Kind("money")
        )
        code = self.streams.get(payment.section)
        if code is not None:
            group["extension"].insert(0, self._stream(code))
        return group

    def _stream(self, code: str) -> dict[str, Any]:
        return {
            "url": f"{_PROFILE}/payment-stream",
            "valueCodeableConcept": {
                "coding": [{"system": f"{_GUIDE}/CodeSystem/payment-stream", "code": code}],
                "text": STREAMS[code],
            },
        }

    def _group(
        self, year: Period, id: str, name: str, section: str, value: Value, kind: Kind
    ) -> dict[str, Any]:
        assert isinstance(value, Fraction)
        text = f"{_clean(name)} (section {section})" if section else _clean(name)
        score: dict[str, Any] = {"value": _MARK + exact_text(value)}
        if kind.base == "money" and kind.unit is None:
            money = {"value": _MARK + money_text(value), "currency": "USD"}
            score = {"extension": [{"url": f"{_PROFILE}/alternate-measurescore", "valueMoney": money}]}
        elif kind.unit:
            score["unit"] = kind.unit
        return {
            "id": id,
            "extension": [{
                "url": f"{_PROFILE}/service-period",
                "valuePeriod": _span(year, year),
            }],
            "code": {"text": text},
            "measureScore": score,
        }  # fmt: skip


def _span(first: Period, last: Period) -> dict[str, str]:
    """A FHIR Period: both days are included."""
    return {"start": first.start.isoformat(), "end": last.end.isoformat()}


def _clean(text: str) -> str:
    """A FHIR string: printable characters, no longer than a mebibyte."""
    return "".join(c if c.isprintable() and c != _MARK else " " for c in text)[:1_000_000] or "-"
