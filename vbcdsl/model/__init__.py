"""The vocabulary that every stage shares: places in the text, kinds and units, values, periods.

It stands beside the flow, not in it: stages import it, it imports no stage.
"""
