"""`python -m vbcdsl` is `vbc`."""

from vbcdsl.cli import main

if __name__ == "__main__":
    main()
