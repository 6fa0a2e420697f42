"""The contract library: what there is (`index`) and whether it gives what was published (`reproduce`)."""

from vbcdsl.library.index import Entry, copy_entry, entries, entry, record, refuse_existing, search

__all__ = ["Entry", "copy_entry", "entries", "entry", "record", "refuse_existing", "search"]
