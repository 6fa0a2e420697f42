"""The contract that `vbc new` makes: small, valid, every section reached by its examples."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from vbcdsl.library import refuse_existing
from vbcdsl.results.write import cannot_write

CONTRACT: Final = """contract "{title}".
language version 1.
the Payer is "Example Health Plan".
the Provider is each Practice.
effective January 1, {year} through December 31, {last}.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

> A line that begins with ">" is printed with the contract and computes nothing. A term is defined once, in quotes,
> and is used without them. `vbc check` says what is wrong, `vbc test` runs the examples at the end.

Article 1. Data.

1.1 "Member Months" are records, one for each Member in each Month:
    | Column   | Kind  | If missing |
    | Practice | text  | required   |
    | Paid     | money | $0         |

1.2 "Budget Schedule" are records, one for each Practice in each Performance Year:
    | Column       | Kind                       | If missing |
    | Budget Rate  | money per member per month | required   |
    | Quality Rate | rate written as a fraction | required   |

Article 2. Savings.

2.1 "Enrolled Months" means the number of Member Months.
2.2 "Total Cost" means the total of Paid.
2.3 "Budget" means Budget Rate times Enrolled Months.
2.4 "Savings" means Budget minus Total Cost, but not less than $0.

Article 3. Payment.

3.1 "Sharing Rate" is set by Quality Rate, where exactly one row applies:
    | Quality Rate                         | Sharing Rate |
    | less than 60%                        | 0%           |
    | from 60% up to but not including 80% | 30%          |
    | 80% or more                          | 50%          |
3.2 The Payer must pay the Provider the "Shared Savings Payment": Sharing Rate times Savings,
    but not more than 10% of Budget.

Article 4. Examples.

example "a good year":
  given the performance year is 1, Enrolled Months is 12,000, Budget Rate is $500 per member per month,
    Total Cost is $5,800,000 and Quality Rate is 80%,
  expect Savings is $200,000 and the Shared Savings Payment is $100,000.

example "who is counted, and at which cost":
  with these Member Months:
    | Practice | Member | Month     | Paid |
    | "A"      | "M-1"  | "{year}-01" | $300 |
    | "A"      | "M-1"  | "{year}-02" | $150 |
    | "A"      | "M-2"  | "{year}-02" | $0   |
  given the performance year is 1,
  expect Enrolled Months is 3 and Total Cost is $450.

example "each row of the table, at its ends":
  given the performance year is 1, Savings is $100, Budget is $10,000 and Quality Rate is 59.99%,
  expect Sharing Rate is 0% and the Shared Savings Payment is $0.
  given the performance year is 1, Savings is $100, Budget is $10,000 and Quality Rate is 60%,
  expect Sharing Rate is 30% and the Shared Savings Payment is $30.
  given the performance year is 1, Savings is $100, Budget is $10,000 and Quality Rate is 79.99%,
  expect Sharing Rate is 30% and the Shared Savings Payment is $30.
  given the performance year is 1, Savings is $100, Budget is $10,000 and Quality Rate is 80%,
  expect Sharing Rate is 50% and the Shared Savings Payment is $50.
"""

README: Final = """# {title}

A contract that is also a program: `contract.vbc` is what the parties sign, and what computes the payments.

```
vbc check {name}
vbc test {name}
vbc sample {name} --members 1000 --out {name}/data
vbc run {name} --bindings {name}/data/bindings.toml
vbc explain {name} --bindings {name}/data/bindings.toml --for practice=P1001
```

An amendment is a file of its own in `amendments/`; the text in force is chosen by performance year.
"""


def write_starter(folder: Path) -> None:
    """Make the folder with `contract.vbc` and `README.md`. `VbcError` if it exists."""
    refuse_existing(folder)
    year = dt.date.today().year
    words = folder.resolve().name.replace("_", " ").replace("-", " ").replace('"', "").split()
    title = " ".join([*(word[:1].upper() + word[1:] for word in words), "Agreement"])
    try:
        folder.mkdir(parents=True)
        contract = CONTRACT.format(title=title, year=year, last=year + 2)
        (folder / "contract.vbc").write_text(contract, encoding="utf-8", newline="\n")
        readme = README.format(title=title, name=folder.name)
        (folder / "README.md").write_text(readme, encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(folder, error) from None
