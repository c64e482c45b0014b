"""``bench``: each ``tests/benchmarks/bench_*.py`` gives one line for each job; here they are printed.

A figure is what a job costs us over what the least possible work for the same answer costs, both in this very run: it
says something on any machine. A goal that is no ratio is a line of text. Runs inside the environment.
"""

from __future__ import annotations

import sys
from importlib import import_module

from deploy.environment import ROOT

ALONE = frozenset({"bench_two_years"})
"""What takes minutes and runs only when it is named."""


def main(chosen: list[str]) -> int:
    """Run all, or those named (``statistics``); 2 when there is no such benchmark."""
    names = [path.stem for path in sorted((ROOT / "tests/benchmarks").glob("bench_*.py"))]
    asked = [f"bench_{name}" for name in chosen] or [name for name in names if name not in ALONE]
    if unknown := [name for name in asked if name not in names]:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    print(f"{'ours':>10} {'floor':>10} {'ratio':>7}  (seconds of processor)", flush=True)
    for name in asked:
        for line in import_module(f"tests.benchmarks.{name}").run():
            if "text" in line:
                print(line["text"], flush=True)
                continue
            print(f"{line['ours']:10.4f} {line['floor']:10.4f} {line['ratio']:7.2f}  {line['name']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
