"""The take-away map gets Leaflet from the installed package and asks nobody else for anything."""

import re

from dashboard.vendor import leaflet_css_inlined, leaflet_directory, leaflet_js


def test_the_script_is_leaflet_1_9() -> None:
    """The script is Leaflet 1.9 and defines ``L``."""
    script = leaflet_js()
    assert "Leaflet 1.9" in script
    assert "window.L=" in script


def test_the_script_points_to_no_source_map() -> None:
    """A browser that opens the map asks for no source map."""
    assert "sourceMappingURL" not in leaflet_js()


def test_the_stylesheet_needs_no_other_file() -> None:
    """Every image of the stylesheet is inside it; ``#default#VML`` is no file."""
    addresses = re.findall(r"url\(([^)]*)\)", leaflet_css_inlined())
    assert len(addresses) >= 3
    assert all(a.startswith(("data:image/png;base64,", "#default")) for a in addresses)


def test_marker_images_are_there() -> None:
    """The images that Leaflet's script asks for by name are in the package."""
    names = {path.name for path in (leaflet_directory() / "images").iterdir()}
    assert {"marker-icon.png", "marker-icon-2x.png", "marker-shadow.png"} <= names
