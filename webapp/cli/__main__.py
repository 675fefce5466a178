"""`python -m webapp.cli` is `xinde`."""

from webapp.cli import main

if __name__ == "__main__":
    main(prog_name="xinde")
