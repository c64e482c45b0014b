"""Runs ``coupole`` with a clock that is wrong by so many seconds: ``python with_clock.py 300 node serve …``."""

import sys
from datetime import UTC, datetime, timedelta

import time_machine

from coupole.cli import main

if __name__ == "__main__":
    seconds = float(sys.argv[1])
    sys.argv = ["coupole", *sys.argv[2:]]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        main()
