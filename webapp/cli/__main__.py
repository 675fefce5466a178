"""`python -m webapp.cli` is `xinde`."""

from webapp.command import main

if __name__ == "__main__":
    main()
