"""Write the rendered files; with ``--check``, only say which are not as they should be."""

from __future__ import annotations

import os
import sys

from deploy.environment import ROOT
from deploy.rendering import rendered


def main() -> int:
    """1 if a file differs and may only be checked."""
    # What somebody has set for a service of theirs must not end in a published file.
    for name in [name for name in os.environ if name.startswith("COUPOLE_")]:
        del os.environ[name]
    files = rendered().items()
    stale = {path: text for path, text in files if not path.is_file() or path.read_bytes() != text.encode()}
    checking = "--check" in sys.argv
    for path, text in stale.items():
        print(path.relative_to(ROOT))
        if not checking:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    if stale and checking:
        print("run: python3 deploy render")
    return int(bool(stale) and checking)


if __name__ == "__main__":
    sys.exit(main())
