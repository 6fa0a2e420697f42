"""Files to text: the first room of the flow.

A contract file (or a base and its amendments, spliced) becomes one `SourceText`: the text in force that the
parser sees, which knows for each of its characters the file, line and column that a person wrote.
Afterwards no other stage opens a contract file or counts lines.
"""

from vbcdsl.source.find import ContractFiles, find_contract
from vbcdsl.source.read import Origin, Prose
from vbcdsl.source.text import Edit, Place, SourceText

__all__ = ["ContractFiles", "Edit", "Origin", "Place", "Prose", "SourceText", "find_contract"]
