"""Fetch the documents of selected objects."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from console.bulk.kinds import BulkKind, ConnectedRef, Fetched
from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.fanout import gather
from tenants.authlete.object_ref import ObjectRef

MAX_SINGLE_READS = 50  # objects that are read one by one; more are read with their whole lists


class RegionApis:
    """The API clients of regions, each connected once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._apis: dict[str, AuthleteClient | AuthleteError] = {}

    def __getitem__(self, region: str) -> AuthleteClient | AuthleteError:
        if region not in self._apis:
            try:
                self._apis[region] = self._member.connect(region)
            except AuthleteError as error:
                self._apis[region] = error
        return self._apis[region]

    def pairs_for(self, refs: Sequence[ObjectRef]) -> Iterator[ConnectedRef]:
        """Yield the references whose region is connected, with the API client."""
        for ref in refs:
            api = self[ref.region]
            if isinstance(api, AuthleteClient):
                yield ref, api


def fetch_documents(
    kind: BulkKind, member: Member, refs: Sequence[ObjectRef]
) -> Mapping[ObjectRef, Fetched]:
    """Fetch each object, or the reason why it can't be read."""
    apis = RegionApis(member)
    fetched: dict[ObjectRef, Fetched] = {
        ref: api for ref in refs if isinstance(api := apis[ref.region], AuthleteError)
    }
    connected = list(apis.pairs_for(refs))
    if len(refs) <= MAX_SINGLE_READS:
        return fetched | dict(_fetch_each(kind, connected))
    return fetched | dict(kind.fetch_lists(connected))


def _fetch_each(
    kind: BulkKind, pairs: Sequence[ConnectedRef]
) -> Iterator[tuple[ObjectRef, Fetched]]:
    replies = gather((api, partial(_fetch, kind, ref, api)) for ref, api in pairs)
    for (ref, _api), reply in zip(pairs, replies, strict=True):
        is_gone = isinstance(reply, NotFoundError) and reply.is_from_authlete
        yield ref, None if is_gone else reply


def _fetch(kind: BulkKind, ref: ObjectRef, api: AuthleteClient) -> Fetched:
    return kind.document.api(api, ref).get()
