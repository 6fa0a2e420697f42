"""What would be paid if the terms were others: scenarios of a contract, settled to the cent.

`places.py` finds what is varied, `values.py` and `plan.py` the scenarios, `rewrite.py` makes the scenario a key of
the contract, `simulate.py` settles it, `outcome.py` holds what comes out, `show.py` and `write.py` give it away.
"""
