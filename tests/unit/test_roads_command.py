"""The command that imports roads, and which source of travel times the center then takes."""

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from dashboard.commands.importing import main
from dashboard.doctor import checks
from data.allocation.osrm import OsrmTravel
from data.allocation.travel import Travel
from data.config import Settings
from data.errors import Invalid
from data.ingest.geography import build_travel


@pytest.fixture
def settings(tmp_path):
    """An instance of its own."""
    return Settings(var=tmp_path / "var", scenario="none")


def extract(path):
    """Two roads in Wuhan."""
    with osmium.SimpleWriter(str(path)) as writer:
        for node, x in enumerate((114.30, 114.31, 114.32), 1):
            writer.add_node(Node(id=node, location=(x, 30.6)))
        writer.add_way(Way(id=1, nodes=[1, 2], tags={"highway": "primary"}))
        writer.add_way(Way(id=2, nodes=[2, 3], tags={"highway": "tertiary"}))
    return path


def test_the_command_writes_the_graph_and_says_what_it_holds(settings, tmp_path, capsys):
    """Progress and summary in Chinese, the licence named, and the center takes the graph."""
    assert main(settings, ["roads", str(extract(tmp_path / "wuhan.osm.pbf"))]) == 0
    said = capsys.readouterr()
    assert "3 个路口、2 段路" in said.out
    assert "ODbL" in said.out
    assert "读取 wuhan.osm.pbf" in said.err
    travel = build_travel(settings.roads, settings.osrm)
    assert "wuhan.osm.pbf" in travel.describe()
    assert travel.minutes([(114.30, 30.6)], [(114.32, 30.6)])[0][0] < 5


def test_a_wrong_file_is_refused_by_name(settings, tmp_path, capsys):
    """Nothing is written, the file and the remedy are named."""
    wrong = tmp_path / "teams.xlsx"
    wrong.write_bytes(b"PK")
    assert main(settings, ["roads", str(wrong)]) == 1
    assert "teams.xlsx" in capsys.readouterr().err
    assert not settings.roads.exists()


def test_a_refused_import_keeps_the_graph_that_was_there(settings, tmp_path):
    """A failed import leaves the last good one in force."""
    main(settings, ["roads", str(extract(tmp_path / "wuhan.osm.pbf"))])
    before = settings.roads.read_bytes()
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"rubbish")
    assert main(settings, ["roads", str(broken)]) == 1
    assert settings.roads.read_bytes() == before


def test_without_an_import_the_shipped_table_is_taken(settings):
    """No file, no server: the table."""
    assert isinstance(build_travel(settings.roads, settings.osrm), Travel)


def test_a_damaged_import_stops_nobody(settings):
    """The table stands in, and says why in what the plans show."""
    settings.roads.parent.mkdir(parents=True)
    settings.roads.write_bytes(b"rubbish")
    travel = build_travel(settings.roads, settings.osrm)
    assert isinstance(travel, Travel)
    assert "import roads" in travel.describe()
    assert "示意路网" in travel.describe()


def test_a_named_server_comes_first():
    """HUBEI_OSRM puts the server in front of the rest; a wrong address is refused."""
    settings = Settings.from_env({"HUBEI_OSRM": "http://10.0.0.5:5000/"})
    assert settings.osrm == "http://10.0.0.5:5000"
    assert isinstance(build_travel(settings.roads, settings.osrm), OsrmTravel)
    with pytest.raises(Invalid, match="OSRM"):
        Settings.from_env({"HUBEI_OSRM": "10.0.0.5:5000"})


def test_the_doctor_says_what_the_times_rest_on(settings):
    """The table at first; a damaged import is found and the remedy named."""
    assert any(good and "示意路网" in line for good, line in checks(settings))
    settings.roads.write_bytes(b"rubbish")
    assert any(not good and "import roads" in line for good, line in checks(settings))
