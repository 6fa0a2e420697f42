"""The statement that a party receives: what is paid and why, in the words of the contract, without small cells.

`content` gathers it from a settlement, `sections`, `measures` and `more` its parts;
`vbcdsl.results.small_cells` decides what is not shown; `html`, `word` and `pdf` write it. `curves`
draws payments as one term rises.
"""
