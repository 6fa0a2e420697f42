"""Stage `plan`: in which order the terms of a text in force are computed, and how often each record is read.

`vbc dump plan` prints it; engines refine it with what they know of the data.
"""

from vbcdsl.plan.make import Plan, Stage, make_plan

__all__ = ["Plan", "Stage", "make_plan"]
