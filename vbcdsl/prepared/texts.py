"""Writes the texts of columns, once for a record: a text's place is its code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.prepared.layout import StoredTexts
from vbcdsl.prepared.segment import file_facts

_STEP: Final = 1_000_000  # texts of a batch


def write_texts(folder: Path, name: str, texts: Sequence[str], start: int) -> tuple[StoredTexts, ...]:
    """Write the texts from code `start` on into a file of their own; nothing if there are none."""
    if start >= len(texts):
        return ()
    schema = pa.schema([pa.field("text", pa.string())])
    with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for at in range(start, len(texts), _STEP):
            array = as_arrow.texts(texts[at : min(at + _STEP, len(texts))])
            writer.write_batch(pa.record_batch([array], schema=schema))
    facts = file_facts(folder, name)
    found = []
    with pa.memory_map(str(folder / name)) as mapped:
        base = mapped.read_buffer(mapped.size()).address
        reader = pa.ipc.open_file(mapped)
        for number in range(reader.num_record_batches):
            array = reader.get_batch(number).column(0)
            _, offsets, data = array.buffers()
            found.append(
                StoredTexts(facts, len(array), offsets.address - base, data.address - base, data.size)
                if data is not None and data.size
                else StoredTexts(facts, len(array), offsets.address - base, 0, 0)
            )
    return tuple(found)
