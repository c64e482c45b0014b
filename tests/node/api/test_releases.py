from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from coupole.node.statistics import releasing
from coupole.standard import catalogue
from coupole.standard.calendar import parse_period
from coupole.wire.documents import verify
from coupole.wire.releases import read_release
from tests.calling import RunningNode, problem
from tests.stores import with_files

PATH = "/api/v1/releases/core/1.0.0/2025-03"


def test_releases_are_for_those_who_may_read_them(node: RunningNode) -> None:
    for path in (PATH, "/api/v1/releases"):
        assert problem(node.stranger("GET", path)) == (401, "token_missing")
        assert problem(node.call("GET", path, scope="records:read")) == (403, "scope_missing")
    assert problem(node.stranger("GET", "/api/v1/egress")) == (401, "token_missing")
    assert problem(node.call("GET", "/api/v1/egress", scope="releases:read")) == (403, "scope_missing")


def test_a_closed_period_is_released_when_it_is_asked_for(node: RunningNode) -> None:
    with_files(node.node.store, 1)
    answer = node.call("GET", PATH)
    assert answer.status_code == 200, answer.text
    verify("release", answer.content, answer.headers["coupole-signature"], node.node.ring.public_set("sign"))
    release = read_release(answer.content)
    assert (release["node"], release["period"], release["revision"]) == ("north", "2025-03", 1)
    assert node.call("GET", PATH).content == answer.content
    known = node.call("GET", PATH, headers={"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    listed = node.call("GET", "/api/v1/releases").json()["items"]
    assert [(one["period"], one["revision"], one["cause"]) for one in listed] == [("2025-03", 1, "first")]


def test_every_pull_is_noted_with_the_hash_of_what_left(node: RunningNode) -> None:
    answers = [node.call("GET", PATH) for _ in range(2)]
    page = node.call("GET", "/api/v1/egress").json()
    assert [entry["sha256"] for entry in page["items"]] == [hashlib.sha256(a.content).hexdigest() for a in answers]
    first = page["items"][0]
    assert (first["what"], first["period"], first["client"]) == ("release:core:1.0.0", "2025-03", "program-1")
    assert node.call("GET", f"/api/v1/egress?after={page['next']}").json() == {"items": [], "next": page["next"]}


def test_what_cannot_be_released_is_not(node: RunningNode) -> None:
    base = "/api/v1/releases"
    assert problem(node.call("GET", f"{base}/core/1.0.0/2099-01")) == (409, "period_not_closed")
    assert problem(node.call("GET", f"{base}/core/9.0.0/2025-01")) == (404, "catalogue_unknown")
    assert problem(node.call("GET", f"{base}/core/1.0.0/2025-13")) == (422, "period_invalid")
    assert node.call("GET", "/api/v1/egress").json()["items"] == []


def test_a_node_may_release_only_by_hand(node: RunningNode) -> None:
    node.app.state.node = replace(node.node, release_on_pull=False)
    assert problem(node.call("GET", PATH)) == (404, "release_not_found")


def test_asking_once_figures_are_settled_brings_the_next_revision(node: RunningNode) -> None:
    with_files(node.node.store, *range(1, 26))
    core, period = catalogue.load("core", "1.0.0"), parse_period("2025-03")
    early = datetime(2025, 4, 2, tzinfo=UTC)
    made = releasing.freeze(node.node.store, node.node.ring, node.node, core, period, "anna", now=early)
    by_hand = replace(node.node, release_on_pull=False)
    running, node.app.state.node = node.app.state.node, by_hand
    assert node.call("GET", PATH).content == made.raw
    node.app.state.node = running
    release = read_release(node.call("GET", PATH).content)
    assert (release["revision"], release["cause"]) == (2, "settled")
    assert read_release(node.call("GET", PATH).content)["revision"] == 2
