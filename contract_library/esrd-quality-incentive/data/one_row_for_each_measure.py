"""Writes measure_scores.csv: the scores of esrd_qip_PY2020_sample.csv with one row for each facility and measure.

Nothing is computed; a score that is not there has no row.
Run it in this folder: python one_row_for_each_measure.py
"""

from __future__ import annotations

import csv

WIDE = "esrd_qip_PY2020_sample.csv"
LONG = "measure_scores.csv"
MEASURES = (
    "cahps", "srr", "strr", "ktv", "vat", "hypercalcemia", "shr",
    "serum_phosphorus", "anemia", "depression", "pain", "ufr", "influenza",
)  # fmt: skip


def main() -> None:
    """Write the file."""
    with open(WIDE, encoding="utf-8", newline="") as file:
        facilities = list(csv.DictReader(file))
    with open(LONG, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ccn", "measure", "score"])
        for row in facilities:
            writer.writerows([row["ccn"], name, row[name]] for name in MEASURES if row[name])


if __name__ == "__main__":
    main()
