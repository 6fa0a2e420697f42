"""Stage `resolve`: documents in, bound contract out.

`symbols` collects what a document declares (parties, clocks, records, schedules, terms, sections) and answers
what a name stands for; `calendar` numbers the performance years; `amend` makes the text in force.
"""
