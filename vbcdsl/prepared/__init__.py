"""Prepared stores: the data of a contract read and checked once, used by every later run.

`prepare` reads the user's files with all checks of `vbcdsl.data` and writes a folder of Arrow IPC files (whole
cents, scaled integers, codes, days; sorted by party, member and period; no compression), which `open` maps into
memory. Nothing in a store is executed or unpacked: a run takes numbers from places that the manifest names, after
it has checked that they lie inside the files.

    layout      the manifest: what is in a store
    shape       what of a contract's record matters to a store, and whether two contracts agree on it
    chunk       some rows as columns; order their sort key
    spool       rows in sorted runs within a memory limit; merge puts runs together
    segment     writes one sorted file with the facts of its blocks
    prepare, append, verify      what `vbc prepare` does
    files, source, open          what a run does
"""
