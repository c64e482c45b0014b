"""What a tabulation counts, in words: the same for whoever proposes it and for the trustee who is to agree."""

from __future__ import annotations

from collections.abc import Iterator

from coupole.standard import catalogue
from coupole.standard.plans import MEMBERS
from coupole.wire.descriptor import fingerprint
from coupole.wire.tabulations import HEADCOUNT, Tabulation, shape


def words(document: Tabulation) -> Iterator[str]:
    """What a tabulation counts, line by line."""
    known = catalogue.load(document["catalogue"], document["version"]).indicators
    titles = {indicator.id: indicator.title["en"] for indicator in known}
    people, grain, first = document["population"], document["grain"], document["first_slot"]
    yield f"{document['federation']}: {people}, every {grain} from {first} on."
    yield f"Hub: {document['hub']['name']}, fingerprint {fingerprint(document['hub']['key'])}"
    for table in document["tables"]:
        if table["id"] != HEADCOUNT:
            by = " and ".join(name.replace("_", " ") for name in table["by"])
            exact = "; exact, of 20 members or more" if table["noise"] == "none" else ""
            title = titles.get(table["indicator"], table["indicator"])
            own = "; each counted by its own rate of twelve months" if table["kind"] == MEMBERS else ""
            yield f"  {title} ({table['part']}){', by ' + by if by else ''}{exact}{own}"
    yield f"{shape(document).cells} figures; no total of fewer than {document['m']} members."
    yield f"Groups summed apart: {', '.join(document['groups'])}"
    yield f"Trustees, all needed: {', '.join(party['name'] for party in document['trustees'])}"
