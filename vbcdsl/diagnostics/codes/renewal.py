"""8090 to 8099: two texts or two settlements compared."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES = (
    Code(
        "VBC8090",
        "no amendment of that number",
        "`vbc diff CONTRACT --amendment N` compares the text before an amendment with the text that it makes. The "
        "contract has no amendment of this number in its folder.",
        "vbc diff contract_library/lakeside --amendment 7",
        "vbc diff contract_library/lakeside --amendment 1",
    ),
    Code(
        "VBC8091",
        "it is not clear which year the data are of",
        "Each change is priced on the data of one performance year. The data name no year, so it must be said.",
        "vbc diff old.vbc new.vbc --data rates=rates.csv",
        "vbc diff old.vbc new.vbc --data rates=rates.csv --year 2024",
    ),
    Code(
        "VBC8092",
        "a reading of a column that cannot be",
        "`--read-as` says what a text is read as where a contract does not list it: a track that only the new "
        "text knows, for example. It names a column that lists its texts (“one of …”), and texts of such a list.",
        "--read-as 'Track: A'",
        "--read-as 'Track: A as 1, EN as 3'",
    ),
    Code(
        "VBC8093",
        "the changes cannot be averaged over their orders",
        "The average over all orders settles a text for each set of changes, and each set must be a contract. "
        "With many changes there are too many sets. Changes made in the order of the text always add up.",
        "vbc diff old.vbc new.vbc --data … --attribution shapley",
        "vbc diff old.vbc new.vbc --data … --attribution order",
    ),
    Code(
        "VBC8094",
        "a recorded settlement that is not an end of the bridge",
        "`vbc bridge --old-settlement DIR` compares the net payments of an earlier run with those that the old "
        "text gives on the old data. They must be the same, or the bridge explains another difference than "
        "the one at hand: the text, the data or the year are not those of that run.",
        "vbc bridge … --old-data results=2025.csv --old-settlement results_2024",
        "vbc bridge … --old-data results=2024.csv --old-settlement results_2024",
    ),
)
