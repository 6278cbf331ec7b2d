"""What the program is made of may be passed on together with it."""

import json
import re

from dashboard.commands import sbom

# families that may be redistributed beside MIT; LGPL and MPL parts are used unchanged
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|0BSD|CC0|CC-BY-4\.0|OFL|Unlicense"
    r"|LGPL|MPL|Mozilla Public License 2|HPND",
    re.IGNORECASE,
)
REFUSED = re.compile(r"\bA?GPL|Affero|SSPL|BUSL|Commons Clause|non-?commercial", re.IGNORECASE)


def _licences():
    parts = sbom.bill()["components"]
    return {part["name"]: part["licenses"][0]["license"]["name"] for part in parts}


def test_every_part_has_a_licence_that_may_be_passed_on():
    """None is unknown, and none binds the whole program to another licence."""
    held = _licences()
    assert len(held) > 50
    wrong = {
        name: licence
        for name, licence in held.items()
        if not ALLOWED.search(licence) or REFUSED.search(licence.replace("LGPL", ""))
    }
    assert wrong == {}


def test_a_part_that_binds_the_whole_is_seen():
    """The rule can refuse."""
    assert REFUSED.search("GPL-3.0-or-later".replace("LGPL", ""))
    assert REFUSED.search("GNU Affero General Public License v3")
    assert not REFUSED.search("LGPL-3.0-only".replace("LGPL", ""))


def test_the_bill_is_json_that_names_versions(capsys):
    """As the command prints it."""
    sbom.show(None, None)
    told = json.loads(capsys.readouterr().out)
    assert told["bomFormat"] == "CycloneDX"
    assert all(part["version"] and part["purl"] for part in told["components"])
