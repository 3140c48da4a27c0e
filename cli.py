"""`python cli.py …` from a checkout is the same command as `scrubber …`."""

from scrubber.cli import main

if __name__ == "__main__":
    main()
