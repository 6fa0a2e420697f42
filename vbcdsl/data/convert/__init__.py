"""From Arrow arrays as a file has them to the exact columns of a batch, one module for each kind of column.

Each reader keeps what it learns from batch to batch (the texts of a key column, the largest rate), reports
rows that are wrong to `Problems`, and applies the contract's rule for empty cells.
"""
