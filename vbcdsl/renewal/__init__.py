"""Two texts of a contract compared, and what each change is worth.

It stands beside the flow, on compiled texts: `sides` chooses them, `align` and `hunks` find what changed,
`group` finds what cannot stand alone, `kinds` says what sort of change it is by the lowered rules, `price`
settles the texts between old and new, `attribute` makes parts that add up. `bridge` does the same for two
settlements.
"""
