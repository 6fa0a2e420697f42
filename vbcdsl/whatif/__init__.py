"""What a party would have been paid had one value been another: exactly, by settling again with that value.

`freeze` keeps everything that does not stand on the value as it was computed, `vary` settles many values at
once, `edges` finds where a payment jumps or turns, and `curve` puts them together. Used by statements and by
`vbc chart`.
"""

from vbcdsl.whatif.curve import Curve, payout_curve
from vbcdsl.whatif.freeze import NotAlone
from vbcdsl.whatif.vary import Outcome, Variation

__all__ = ["Curve", "NotAlone", "Outcome", "Variation", "payout_curve"]
