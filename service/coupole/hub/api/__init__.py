"""What a hub answers over HTTP: members, collections, publications, datasets, sealed totals; to all what is open."""

from __future__ import annotations

from coupole.errors import CoupoleError
from coupole.hub.collection.reading import CollectionUnknown
from coupole.hub.collection.tabulating import TabulationNotHere
from coupole.hub.collection.visiting import VisitFailed
from coupole.hub.members import (
    LeavingMisread,
    MemberAddressTaken,
    MemberBlocked,
    MemberIsHub,
    MemberKeyTaken,
    MemberMoved,
    MemberUnknown,
)
from coupole.hub.members.directory import DirectoryMissing
from coupole.hub.members.invitations import InvitationExpired, InvitationSpent, InvitationUsed, InvitationWrong
from coupole.hub.members.joining import ClocksApart, MemberAlready, MemberElsewhere
from coupole.hub.publication.datasets import BreakdownUnknown, DatasetEmpty, IndicatorUnknown
from coupole.hub.publication.formats import FormatNotInstalled
from coupole.hub.publication.grouping import GroupNotApart
from coupole.hub.publication.opening import DatasetClosed
from coupole.hub.publication.publishing import PublicationUnknown
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown
from coupole.wire.keys import KeySetInvalid

STATUS: dict[type[CoupoleError], int] = {
    CollectionUnknown: 404,
    IndicatorUnknown: 404,
    DatasetEmpty: 404,
    PublicationUnknown: 404,
    BreakdownUnknown: 404,
    TabulationNotHere: 404,
    SlotNotReleased: 404,
    GroupNotApart: 404,
    FormatNotInstalled: 404,
    DatasetClosed: 403,
    MemberUnknown: 404,
    DirectoryMissing: 404,
    **dict.fromkeys((InvitationWrong, InvitationExpired, InvitationUsed, InvitationSpent), 403),
    **dict.fromkeys((SignatureInvalid, SignerUnknown, MemberBlocked), 403),
    **dict.fromkeys((MemberAlready, MemberIsHub, MemberAddressTaken, MemberKeyTaken, MemberMoved), 409),
    **dict.fromkeys(
        (ClocksApart, VisitFailed, MemberElsewhere, LeavingMisread, DocumentNotCanonical, KeySetInvalid), 422
    ),
}
"""The numbers of a hub's own refusals."""
