"""Every layer is a collection of OGC API – Features, cut to the viewer's area, links absolute."""

import pytest
from shapely.geometry import box, shape

from layers.base import Layer
from layers.catalog import LAYERS
from tests.serving import Running

HUANGMEI = "115.6,29.7,116.2,30.4"


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """The real center, seeded."""
    with Running(var=tmp_path_factory.mktemp("ogc")) as running:
        running.center.seed()
        yield running


@pytest.fixture(scope="module")
def api(center):
    """A duty officer's client."""
    with center.client("duty") as client:
        yield client


def test_every_layer_is_a_collection_with_absolute_links(center, api):
    """The list names every layer; each link starts with the server's own address."""
    found = api.get("/ogc/collections").json()
    assert [c["id"] for c in found["collections"]] == [layer.id for layer in LAYERS]
    links = [link["href"] for c in found["collections"] for link in c["links"]]
    assert all(link.startswith(center.base) for link in links)
    landing = api.get("/ogc/").json()
    assert {"conformance", "data", "service-desc"} <= {link["rel"] for link in landing["links"]}
    assert api.get("/ogc").json() == landing  # QGIS asks for the address as it was typed


@pytest.mark.parametrize("layer", [layer.id for layer in LAYERS])
def test_every_collection_gives_geojson(api, layer):
    """Items answer as GeoJSON with an id each, whether there are any or none."""
    answer = api.get(f"/ogc/collections/{layer}/items", params={"limit": 5})
    assert answer.headers["content-type"].startswith("application/geo+json")
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert all(f["id"] for f in body["features"])


def test_a_layer_that_fails_is_refused_by_name_and_the_others_answer(api, monkeypatch):
    """503 with what to do, in every form that programs fetch; never an inner error."""
    plain = Layer.features

    def features(self, *given, **more):
        if self.id == "hazards":
            raise ValueError("a shape that is none")
        return plain(self, *given, **more)

    monkeypatch.setattr(Layer, "features", features)
    monkeypatch.setattr("dashboard.layer_features.KEEP_SECONDS", 0)
    for path in (
        "/ogc/collections/hazards/items", "/ogc/collections/hazards/queryables",
        "/api/v1/layers/hazards.geojson", "/api/v1/layers/hazards.csv",
    ):  # fmt: skip
        answer = api.get(path)
        assert answer.status_code == 503, path
        assert "未能取得；其余图层照常" in answer.json()["detail"]
    assert api.get("/ogc/collections/depots/items").is_success
    assert api.get("/api/v1/map").is_success


def test_a_box_and_pages_narrow_the_items(api):
    """Bbox leaves what meets it; next leads to the rest; an item is found by its id."""
    inside = api.get("/ogc/collections/boundaries/items", params={"bbox": HUANGMEI}).json()
    assert 0 < inside["numberMatched"] < 121
    window = box(*map(float, HUANGMEI.split(",")))
    assert all(shape(f["geometry"]).intersects(window) for f in inside["features"])
    first = api.get("/ogc/collections/depots/items", params={"limit": 2}).json()
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    second = api.get(following).json()
    assert not {f["id"] for f in first["features"]} & {f["id"] for f in second["features"]}
    one = first["features"][0]
    assert api.get(f"/ogc/collections/depots/items/{one['id']}").json()["id"] == one["id"]


def test_properties_narrow_the_items(api):
    """Queryables name the properties; one of them narrows, another name is refused."""
    schema = api.get("/ogc/collections/stations/queryables")
    assert schema.headers["content-type"] == "application/schema+json"
    named = schema.json()["properties"]
    assert named["river"]["type"] == "string"
    assert named["alarm"]["type"] == "boolean"
    han = api.get("/ogc/collections/stations/items", params={"river": "汉江", "limit": 3}).json()
    assert {f["properties"]["river"] for f in han["features"]} == {"汉江"}
    following = next(link["href"] for link in han["links"] if link["rel"] == "next")
    rest = api.get(following).json()
    assert {f["properties"]["river"] for f in rest["features"]} == {"汉江"}
    assert any(link["rel"] == "prev" for link in rest["links"])
    assert api.get("/ogc/collections/stations/items", params={"x": "1"}).status_code == 422


def test_ids_are_unique_and_only_crs84_is_spoken(api):
    """An area's land and its outline have ids of their own; another system is refused."""
    found = api.get("/ogc/collections/boundaries/items", params={"limit": 1000}).json()["features"]
    assert len({f["id"] for f in found}) == len(found)
    asked = {"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}
    assert api.get("/ogc/collections/depots/items", params=asked).status_code == 422
    box6 = "115.6,29.7,0,116.2,30.4,100"
    assert api.get("/ogc/collections/boundaries/items", params={"bbox": box6}).status_code == 200


def test_wrong_names_and_boxes_are_explained(api):
    """An unknown layer is 404, a broken box 422, both in the form of every other problem."""
    assert api.get("/ogc/collections/none").status_code == 404
    refused = api.get("/ogc/collections/teams/items", params={"bbox": "1,2"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "bbox")


def test_strangers_see_nothing(center):
    """The collections stand behind the gate."""
    with center.client() as stranger:
        assert stranger.get("/ogc/collections/teams/items").status_code == 401
