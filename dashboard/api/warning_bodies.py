"""Bodies of the warnings' endpoints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from dashboard.api.bodies import AuthorityBody, Body
from data.domain.dispatch import Authority
from data.domain.messages.warnings import WarningWords
from data.domain.org import AreaTree
from data.errors import Invalid
from data.ingest.coordinates import Crs, geometry_to_wgs84


class WordsOfWarning(Body):
    """What a warning says; what is left out stays, or is made by the center.

    `event` is a type of incident by key or name (`type` is the same), `areas` are codes or names of
    units (`area_code` is one of them), `geometry` a GeoJSON polygon that `crs` speaks of.
    """

    colour: str | None = None
    event: str | None = None
    type: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    effective: AwareDatetime | None = None
    onset: AwareDatetime | None = None
    expires: AwareDatetime | None = None
    areas: list[str] | None = Field(None, max_length=200)
    area_code: str | None = None
    area_words: str | None = None
    geometry: dict[str, Any] | None = None
    crs: Crs = "WGS84"

    def words(self, areas: AreaTree) -> WarningWords:
        """The words for the command; names are codes, positions WGS 84.

        Raises
        ------
        Invalid
        """
        named = self.areas if self.areas is not None else None
        if named is None and self.area_code:
            named = [self.area_code]
        return WarningWords(
            colour=self.colour, event=self.event or self.type, headline=self.headline,
            description=self.description, instruction=self.instruction, effective=self.effective,
            onset=self.onset, expires=self.expires, area_words=self.area_words,
            areas=None if named is None else tuple(unit_code(areas, n) for n in named),
            geometry=self._geometry(),
        )  # fmt: skip

    def _geometry(self) -> dict[str, Any] | None:
        if self.geometry is None:
            return None
        try:
            return geometry_to_wgs84(self.geometry.get("geometry", self.geometry), self.crs)
        except (ValueError, AttributeError, RecursionError) as error:
            raise Invalid.field("geometry", str(error), "请给出 GeoJSON 多边形") from error


class NewWarning(WordsOfWarning):
    """A warning; it goes out at once unless `draft`."""

    alarm_id: str | None = None
    surge_id: str | None = None
    incident_id: str | None = None
    draft: bool = False
    authorised_by: AuthorityBody | None = None


class EditBody(WordsOfWarning):
    """A draft changed."""

    expect_version: int | None = None


class IssueBody(Body):
    """Who signed by word, where nobody has signed here."""

    authorised_by: AuthorityBody | None = None
    expect_version: int | None = None


class WordsBody(Body):
    """A few words."""

    words: str = ""


class SignBody(Body):
    """`sign` it, or `return` it with words."""

    verdict: Literal["sign", "return"] = "sign"
    words: str = ""


class ReasonBody(Body):
    """Why."""

    reason: str


class ReceiptBody(Body):
    """Who signed for it, how and when; by one's own account all of it may be left out."""

    signed_by: str = Field("", max_length=60)
    way: str = Field("", max_length=60)
    signed_at: AwareDatetime | None = None


class StateBody(Body):
    """What a gateway has learned later of a delivery."""

    state: Literal["sent", "delivered", "read", "failed"]
    reason: str = Field("", max_length=200)


class WatchBody(Body):
    """Something to keep an eye on."""

    title: str
    warning_id: str | None = None
    area_code: str | None = None


class WatchMove(Body):
    """`keep` takes it over, `note` writes about it, `close` ends it; the last two with words."""

    do: Literal["keep", "note", "close"]
    words: str = ""


def authority_of(body: AuthorityBody | None) -> Authority | None:
    """Who signed by word."""
    return None if body is None else Authority(**body.model_dump())


def unit_code(areas: AreaTree, text: str) -> str:
    """The code of a unit given by code or full name.

    Raises
    ------
    Invalid
    """
    wanted = text.strip()
    if wanted in areas.areas:
        return wanted
    hits = [a.code for a in areas.areas.values() if wanted and wanted in (a.name, a.short_name)]
    if len(hits) != 1:
        said = f"有多个“{wanted[:20]}”" if hits else f"没有行政区划“{wanted[:20]}”"
        raise Invalid.field("areas", said, "请填市县全称或六位行政区划代码")
    return hits[0]
