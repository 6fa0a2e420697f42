"""What comes out of each stage, for `vbc dump STAGE FILE`: as text or as JSON."""

from vbcdsl.dump.stages import STAGES, dump

__all__ = ["STAGES", "dump"]
