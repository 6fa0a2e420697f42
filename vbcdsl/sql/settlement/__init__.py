"""A contract as SQL text: the facts, and as far as exact SQL goes the settlement.

`values.py` computes with whole numbers, `expressions.py` says one expression, `inputs.py`, `keys.py`, `groups.py`
and `compiler.py` make the tables of one query, `write.py` puts the text together, `dialects.py` says it in the
words of other systems.
"""

from vbcdsl.sql.settlement.write import Written, facts_sql, settlement_sql, years_of

__all__ = ["Written", "facts_sql", "settlement_sql", "years_of"]
