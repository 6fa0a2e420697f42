"""Results: what an engine computed, as a settlement that people and programs can use.

`settle` runs a compiled contract; `settlement` arranges the values by party and year and nets the payments;
`tables` gives Arrow tables, `write` the files of `--out`, `show` what a terminal prints, `explain` one amount
with its reasons. All text of a value comes from `text`.
"""
