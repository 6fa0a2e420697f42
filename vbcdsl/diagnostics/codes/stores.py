"""Codes of prepared stores (53xx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC5301",
        "a folder that is no prepared store",
        "A prepared store is a folder that `vbc prepare` wrote, with a manifest.json that names each of its "
        "files. This manifest is missing, damaged, of another version, or names something that no store "
        "holds. Nothing of it is used.",
        "vbc run contract.vbc --data mm.csv",
        "vbc run contract.vbc --data member_months=mm.csv",
    ),
    Code(
        "VBC5302",
        "a damaged store",
        "A file of the store is missing, cut short, a link, or holds something else than when it was written."
        " Part of a store is never settled. The original files are the remedy: prepare it again.",
        "vbc run contract.vbc --data store",
        "vbc prepare contract.vbc --data member_months=mm.csv --replace --out store",
    ),
    Code(
        "VBC5303",
        "original files that changed",
        "The store was prepared from files that are no longer what they were, or that changed while they were"
        " read. A settlement on the store would not be a settlement of the files as they are now.",
        "vbc prepare --verify store --sources",
        "vbc prepare contract.vbc --data member_months=mm.csv --replace --out store",
    ),
    Code(
        "VBC5304",
        "a store that was made by other rules",
        "When a store is prepared the rules of the contract and of the bindings are applied to each cell: its"
        " kind, what stands for a missing value, its bounds, how a rate is written, which day a period "
        "begins. This contract has other rules where they make a difference, so the amounts would not be "
        "those of the original files.",
        "vbc run amended.vbc --data store",
        "vbc prepare amended.vbc --data member_months=mm.csv --replace --out store",
    ),
    Code(
        "VBC5305",
        "something that the store does not have",
        "The contract reads a record or a column that was not prepared. A contract may read fewer columns than a "
        "store has, never more.",
    ),
    Code(
        "VBC5306",
        "a store that cannot be written so",
        "A new store does not take the place of something that is there, a file is not added twice, and one "
        "program at a time adds to a store. Rows that were counted twice would pay twice.",
        "vbc prepare contract.vbc --append --data member_months=mm_2024_06.csv --out store",
        "vbc prepare contract.vbc --append --data member_months=mm_2024_07.csv --out store",
    ),
    Code(
        "VBC5308",
        "a folder that cannot be a cache",
        "What each file gave is kept in a folder of its own, which may be deleted at any time. A folder with "
        "other files in it is not used for it.",
        "vbc run contract.vbc --cache data",
        "vbc run contract.vbc --cache .vbc-cache",
    ),
    Code(
        "VBC5307",
        "original files changed after they were prepared",
        "The files that the store was made from are still there and hold something else now. The settlement "
        "stands on what was prepared, which may be what is wanted.",
        severity="warning",
    ),
)
