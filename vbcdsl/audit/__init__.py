"""The audit package: all that is needed to prove a settlement, in a folder of hashed files.

`package` writes it, `verify` computes it again and says what differs; `workpaper` and `formulas` make the Excel
workbook, `totals` the control totals of the data, `differences` compares two files cell by cell.
"""
