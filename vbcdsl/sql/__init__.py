"""What of a contract can be said in SQL with the same digits everywhere: the exact core.

Counting, sums, the smallest and the largest, `+`, `-`, CASE and comparisons of whole numbers or decimals, in
groups. Division, multiplication by a rate, averages and rounding differ from engine to engine and stay in
vbcdsl's own evaluator. `expression.py` writes one expression on a row, `aggregate.py` what is kept of a group
of rows. The DuckDB engine runs it, `vbc compile --to sql` prints it.
"""
