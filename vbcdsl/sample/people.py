"""Who is a member of which party in which month: the one list that all records of a sample are made from."""

from __future__ import annotations

import zlib

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.model.periods import Calendar, Period

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_JOIN_LATE = 0.10
_LEAVE_EARLY = 0.06
_GAP = 0.03
_MOVE = 0.02


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random numbers of their own for each column, so that a new column changes no other."""
    return np.random.Generator(np.random.PCG64([seed, *(zlib.crc32(name.encode()) for name in names)]))


@attrs.frozen(eq=False)
class People:
    """`party[m, t]`: the number of the party of member m in month t (of all months of the years in order),
    -1 where the member is with nobody. `home[m]`: the member's first party."""

    parties: tuple[str, ...]
    members: int
    years: tuple[Period, ...]
    months: tuple[Period, ...]
    party: npt.NDArray[np.int16]
    home: npt.NDArray[np.int16]

    def member_months(self, year: Period) -> Ints:
        """The member months of each party in a year."""
        inside = [i for i, month in enumerate(self.months) if month.year == year.number]
        block = self.party[:, inside]
        return np.bincount(block[block >= 0].astype(np.int64), minlength=len(self.parties))

    def members_of(self, year: Period) -> Ints:
        """The different members of each party in a year."""
        inside = [i for i, month in enumerate(self.months) if month.year == year.number]
        block = self.party[:, inside]
        return np.array([np.count_nonzero((block == p).any(axis=1)) for p in range(len(self.parties))])


def invent_people(
    calendar: Calendar, years: tuple[Period, ...], party_dim: str, members: int, parties: int, seed: int,
    named: tuple[str, ...] = (),
) -> People:  # fmt: skip
    """Members with parties of unequal size; some join late, leave early, have a gap, or change the party."""
    random = generator(seed, "people")
    names = named or tuple(f"{party_dim[:1].upper()}{1001 + i}" for i in range(parties))
    count = len(names)
    months = tuple(month for year in years for month in calendar.parts(year, "Month"))
    size = random.uniform(0.6, 1.4, count)
    home = random.choice(count, members, p=size / size.sum()).astype(np.int16)
    home[: min(count, members)] = np.arange(min(count, members))
    party = np.repeat(home[:, None], len(months), axis=1)
    at = np.arange(len(months))
    start = np.where(random.random(members) < _JOIN_LATE, random.integers(0, len(months), members), 0)
    end = np.where(
        random.random(members) < _LEAVE_EARLY, random.integers(1, len(months) + 1, members), len(months)
    )
    gap = np.where(random.random(members) < _GAP, random.integers(0, len(months), members), -1)
    end = np.maximum(end, start + 1)
    gap = np.where(end - start > 2, gap, -1)
    move = np.where(random.random(members) < _MOVE, random.integers(1, len(months) + 1, members), len(months))
    other = ((home + 1) % count).astype(np.int16)
    party = np.where(at[None, :] >= move[:, None], other[:, None], party)
    absent = (at[None, :] < start[:, None]) | (at[None, :] >= end[:, None]) | (at[None, :] == gap[:, None])
    absent[: min(count, members)] = False  # every party has somebody
    party = np.where(absent, np.int16(-1), party)
    return People(names, members, years, months, party.astype(np.int16), home)
