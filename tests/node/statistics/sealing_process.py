"""A process that makes a sealed report and is killed before a commit, or before it could answer.

sealing_process.py DIRECTORY CLIENT COMMITS     the question comes on the standard input; 0 = once it is all made
"""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import event

from coupole.node.api.sealing import Question, asked
from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.statistics import reporting


def main(directory: Path, client: str, commits: int) -> None:
    with open_node(NodeSettings.load(directory)) as node:
        number = count(1)

        def before(_connection: object) -> None:
            if next(number) == commits:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(node.store.engine, "commit", before)
        question = asked(Question(**json.load(sys.stdin)))
        reporting.answer(node.store, node.ring, node.settings.node_id, node.catalogue, question, client)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
