"""`python -m leitstern.cli`."""

from leitstern.cli import main

main()
