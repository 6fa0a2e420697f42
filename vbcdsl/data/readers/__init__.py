"""Files and tables as streams of Arrow record batches, one module for each format.

A `Part` is one file or one table in memory. It gives its columns and, asked for some of them by place, batches
of just these. Nothing here knows the contract.
"""
