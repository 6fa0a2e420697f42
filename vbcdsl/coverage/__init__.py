"""What the examples of a contract reach: sections, rows of tables, both sides of every threshold.

It stands behind `vbc test --coverage` and `--suggest`: the examples are run by the reference engine with a watcher
(`observe`), what could be reached is read from the rule set (`goals`), and what is missing becomes examples
(`suggest`).
"""

from __future__ import annotations

from vbcdsl.coverage.measure import Coverage, measure_coverage
from vbcdsl.coverage.suggest import Suggestion, suggest_examples

__all__ = ["Coverage", "Suggestion", "measure_coverage", "suggest_examples"]
