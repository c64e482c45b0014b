"""Groups of members: shown apart where they have enough, else with others; the federation is what they add up to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.hub.app import create_app
from coupole.hub.collection import summing
from coupole.hub.collection.tabulating import GroupsOverlap, counting
from coupole.hub.publication.grouping import APART, LEAST, GroupNotApart, apart, joined, together
from coupole.hub.publication.releasing import PublicationUnsafe
from coupole.hub.settings import HubSettings, HubSettingsInvalid
from coupole.hub.store import Store
from coupole.hub.store.sealed_tables import Certificate
from tests.sealed_hub import SEX, SLOT, counted, planned, publish, summed
from tests.small_hub import RING

THREE = ("east", "north", "west")
STOCK, FLOW = planned("S01", "count", ("sex", SEX)), planned("F03", "count", ("sex", SEX))


def test_groups_of_enough_members_are_shown_apart_and_smaller_ones_together() -> None:
    assert apart(THREE, [{"east": 30, "north": 20, "west": 25}]) == [("east",), ("north",), ("west",)]
    assert apart(THREE, [{"east": 30, "north": 9, "west": 12}]) == [("east",), ("north", "west")]
    assert apart(THREE, [{"east": 30, "north": 9, "west": 25}]) == [("east",), ("north", "west")]
    assert apart(THREE, [{"east": 6, "north": 7, "west": 5}]) == [THREE]
    assert apart(("all",), [{"all": 6}]) == [("all",)]


def test_a_group_is_not_hidden_because_some_of_it_are_silent_but_because_too_few_speak() -> None:
    best = {"east": 20, "north": 30}
    assert apart(THREE[:2], [best, {"east": 16, "north": 30}]) == [("east",), ("north",)]
    assert apart(THREE[:2], [best, {"east": 7, "north": 30}]) == [("east", "north")]
    assert apart(THREE[:2], [best, {"north": 30}]) == [("east", "north")], "left out of the slot"


def test_an_operator_may_go_down_to_eight(settings: HubSettings) -> None:
    assert (settings.group_members, LEAST) == (APART, 8)
    for few in (0, LEAST - 1):
        with pytest.raises(HubSettingsInvalid):
            HubSettings.checked({"name": "F", "issuer": "https://hub.test", "group_members": few})
    assert apart(THREE[:2], [{"east": 8, "north": 30}], LEAST) == [("east",), ("north",)]
    assert apart(THREE[:2], [{"east": 7, "north": 30}], LEAST) == [("east", "north")]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_every_group_is_in_one_unit_and_each_of_several_units_has_enough(sizes: list[int]) -> None:
    members = {f"g{place}": size for place, size in enumerate(sizes)}
    units = apart([*members], [members])
    assert sorted(group for unit in units for group in unit) == sorted(members)
    assert len(units) == 1 or all(sum(members[group] for group in unit) >= 20 for unit in units)


def test_figures_of_a_year_are_of_groups_as_far_apart_as_in_each_of_its_months() -> None:
    months = [[("east",), ("north",), ("west",)], [("east", "north"), ("west",)], [("east",), ("north",), ("west",)]]
    assert joined(THREE, months) == [("east", "north"), ("west",)]
    assert joined(THREE, [*months, [("east",), ("north", "west")]]) == [THREE]


def three_groups(store: Store, *members: int) -> dict[str, object]:
    name = counted(store, STOCK, FLOW, values={}, groups=THREE)
    for place, (group, size) in enumerate(zip(THREE, members, strict=True)):
        stock = {"S01.count.sex": [50 + place, 60, 0, 0], "F03.count.sex": [6, 7, -2 * place, 0]}
        summed(store, name, SLOT, stock, members=size, group=group)
    return publish(store)


def test_each_group_has_its_own_figures_and_the_federation_is_their_sum(store: Store) -> None:
    document = three_groups(store, 20, 30, 40)
    groups = document["groups"]
    assert [one["id"] for one in groups] == [*THREE]  # type: ignore[attr-defined]
    for at, whole in enumerate(document["tables"]):  # type: ignore[arg-type, var-annotated]
        parts = [one["tables"][at] for one in groups]  # type: ignore[attr-defined]
        assert whole["values"] == np.sum([part["values"] for part in parts], axis=0).tolist()
        assert (whole["bound"], whole["variance"]) == (3 * BOUND, 3 * VARIANCE)
        assert [part["bound"] for part in parts] == [BOUND] * 3
    flow = document["tables"][1]["values"]  # type: ignore[index]
    assert flow[2] == 0, "what is below 0 in one group and shown as 0 takes nothing from the others"


def test_any_other_grouping_is_some_of_them_together(store: Store) -> None:
    groups = three_groups(store, 20, 30, 40)["groups"]
    both = together(groups, ["east", "west"])  # type: ignore[arg-type]
    assert (both[0]["values"][0], both[0]["bound"]) == (102, 2 * BOUND)


def test_what_is_not_shown_apart_cannot_be_chosen_alone(store: Store) -> None:
    groups = three_groups(store, 12, 10, 40)["groups"]
    assert [one["id"] for one in groups] == ["east|north", "west"]  # type: ignore[attr-defined]
    with pytest.raises(GroupNotApart) as refusal:
        together(groups, ["east"])  # type: ignore[arg-type]
    assert refusal.value.params == {"groups": "east", "apart": "east|north, west"}


def test_one_group_alone_of_enough_is_the_federation(store: Store) -> None:
    document = three_groups(store, 12, 5, 2)
    assert document["groups"] == []
    assert document["tables"][0]["bound"] == 3 * BOUND  # type: ignore[index]


def test_a_figure_of_a_group_that_only_the_exact_federation_tells_stops_the_publication(store: Store) -> None:
    """South has at most four women by its own figures, and at least one since north cannot have all thirty."""
    by = ("sex", ("F", "M"))
    fine, exact = planned("F03", "count", by), planned("F03", "count", by, exact=True)
    north, south = {"F03.count.sex": [29 - BOUND, 50, 80]}, {"F03.count.sex": [0, 40, 44 - 2 * BOUND]}
    name = counted(store, fine, values={}, groups=("north", "south"))
    summed(store, name, SLOT, north, group="north")
    summed(store, name, SLOT, south, group="south")
    assert len(publish(store)["groups"]) == 2  # type: ignore[arg-type]
    name = counted(store, fine, exact, values={}, groups=("north", "south"))
    summed(store, name, SLOT, north | {"F03.count.sex.exact": [20, 50]}, group="north")
    summed(store, name, SLOT, south | {"F03.count.sex.exact": [10, 40]}, group="south")
    with pytest.raises(PublicationUnsafe) as refusal:
        publish(store)
    assert [one.pointer for one in refusal.value.findings] == ["/F03.count.sex/south/F"]


def test_other_groups_begin_with_a_year(store: Store) -> None:
    name = counted(store, FLOW, values={}, groups=("north", "south"))
    for groups in (("all",), ("north", "east")):
        with pytest.raises(GroupsOverlap) as refusal:
            counted(store, FLOW, values={}, groups=groups, first="2026-06")
        assert refusal.value.params == {"groups": "north, south", "year": "2026"}
    assert counted(store, FLOW, values={}, groups=("south", "north"), first="2026-06") != name
    assert counted(store, FLOW, values={}, groups=("all",), first="2027-01") != name


def test_a_member_that_the_trustee_moved_to_another_group_is_not_summed_there(store: Store) -> None:
    name = counted(store, FLOW, values={}, groups=("north", "south"))
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    body = json.dumps({"groups": [{"id": "north", "members": [{"node": "weavers"}, {"node": "bakers"}]}]}).encode()
    with store.writing() as session:
        session.add(
            Certificate(
                tabulation=name, trustee=0, number=1, slot=SLOT, outcome="released", body=body, signature="",
                answer=b"", received_at=moment,
            )
        )  # fmt: skip
    moved = {"weavers": "south", "bakers": "north", "potters": "south"}
    with store.reading() as session:
        asking = summing.Asking(counting(session), RING.active("sign"), "2026-03", 0, moved, None)
    with pytest.raises(GroupsOverlap) as refusal:
        summing._batch(store, asking, frozenset())
    assert refusal.value.params["groups"] == "weavers: north, south"


def test_page_and_programs_choose_groups_and_are_told_which_there_are(settings: HubSettings, store: Store) -> None:
    three_groups(store, 12, 10, 40)
    with TestClient(create_app(settings), base_url="https://hub.test") as reader:
        west = reader.get(f"/api/v1/sealed/{SLOT}/tables?group=west").json()
        both = reader.get(f"/api/v1/sealed/{SLOT}/tables?group=north&group=east").json()
        assert (west["tables"][0]["values"][0], both["tables"][0]["values"][0]) == (52, 101)
        whole = reader.get(f"/api/v1/sealed/{SLOT}/tables").json()
        assert whole["tables"][0]["values"][0] == 153
        refused = reader.get(f"/api/v1/sealed/{SLOT}/tables?group=east")
        assert (refused.status_code, refused.json()["code"]) == (404, "group_not_apart")
        assert reader.get("/api/v1/sealed/2026-09/tables").status_code == 404
        page = reader.get("/fine?language=en&group=east|north").text
        assert "east + north" in page
        assert f"at most {2 * BOUND} away" in page
        assert f"at most {3 * BOUND} away" in reader.get("/fine?language=en").text
        assert "choose among east|north, west" in reader.get("/fine?language=en&group=east").text


def test_a_federation_of_one_group_has_none_to_choose(settings: HubSettings, store: Store) -> None:
    counted(store, STOCK, values={"S01.count.sex": [50, 60, 0, 0]})
    publish(store)
    with TestClient(create_app(settings), base_url="https://hub.test") as reader:
        assert reader.get(f"/api/v1/sealed/{SLOT}/tables?group=all").json()["code"] == "group_not_apart"
        assert "Groups of members" not in reader.get("/fine?language=en").text
