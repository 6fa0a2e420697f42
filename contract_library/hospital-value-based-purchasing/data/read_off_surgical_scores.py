"""Reads the combined score for surgical site infections off the published safety domain score.

CMS publishes a “Combined SSI Measure Score” beside HAI-3 and HAI-4; the file of measures that is shipped here does
not carry that column. Where both are scored, the published domain score leaves one value for it: the sum of the
scores, less the other measures'. Writes surgical_scores_read_off.csv; stops if a value is no whole number between
the two scores. Run it in this folder: python read_off_surgical_scores.py
"""

from __future__ import annotations

import csv
from fractions import Fraction

MEASURES = "hvbp_FY2024_measures_even.csv"
SCORES = "hvbp_FY2024_tps_even.csv"
PUBLISHED = "Unweighted Normalized Safety Domain Score"
PAIR = ("HAI-3", "HAI-4")


def main() -> None:
    """Write the file."""
    safety: dict[str, dict[str, int]] = {}
    with open(MEASURES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["domain"] == "safety" and row["measure_score"]:
                safety.setdefault(row["facility_id"], {})[row["measure"]] = int(row["measure_score"])
    with open(SCORES, encoding="utf-8", newline="") as file:
        published = {row["Facility ID"]: row[PUBLISHED] for row in csv.DictReader(file)}
    with open("surgical_scores_read_off.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["facility_id", "fiscal_year", "combined_score"])
        for hospital, scores in sorted(safety.items()):
            pair = [scores[name] for name in PAIR if name in scores]
            if len(pair) == 2 and published[hospital] != "Not Available":
                others = [score for name, score in scores.items() if name not in PAIR]
                exact = Fraction(published[hospital]) * (len(others) + 1) / 10 - sum(others)
                combined = round(exact)
                if abs(exact - combined) > Fraction(1, 10**9) or not min(pair) <= combined <= max(pair):
                    raise SystemExit(f"{hospital}: {float(exact)} is no whole number between {pair}")
                writer.writerow([hospital, "2024", combined])


if __name__ == "__main__":
    main()
