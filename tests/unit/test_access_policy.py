"""The two named password policies: what each lets through, and what it refuses by which rule."""

from pathlib import Path

import pytest

from data.config import Settings
from data.domain.access_policy import POLICIES, classes_of, common_passwords
from data.domain.org import ROLE_PERMISSIONS, ROLE_WORDS, Permission
from data.errors import Invalid

ASVS, DENGBAO = POLICIES["asvs5"], POLICIES["dengbao3"]


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "一个很长的中文密码也可以", "aaaaaaaaaaaaaaaaaaaa7", "x" * 64],
)
def test_asvs_asks_for_no_composition(password):
    """Any characters, Chinese too, and at least 64 of them (V6.2.5, V6.2.9)."""
    ASVS.check(password, ("duty",))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short-1", "太短"), ("1234567890", "常用密码"), ("Hubei-hubei", "hubei"),
        ("duty.421127", "duty.421127"), ("y" * 257, "太长"),
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password, said):
    """Too short, in every list, made of the center's or the account's own name, endless."""
    with pytest.raises(Invalid) as refused:
        ASVS.check(password, ("duty.421127",))
    assert said in refused.value.detail


def test_dengbao_asks_for_three_classes():
    """三类 of the four; ASVS lets the same pass."""
    assert classes_of("aB3-") == 4
    with pytest.raises(Invalid):
        DENGBAO.check("only lower case letters")
    DENGBAO.check("Only lower case letters")
    assert DENGBAO.age is not None
    assert ASVS.age is None  # V6.2.10: no periodic change


def test_every_policy_says_what_it_rests_on():
    """Source and assumed figures are written beside each; the lists hold what ASVS asks for."""
    for policy in POLICIES.values():
        assert policy.source
        assert policy.assumed
    assert len(common_passwords()) >= 3000  # V6.2.4


@pytest.mark.parametrize(
    "env",
    [{"HUBEI_PASSWORD_POLICY": "weak"}, {"HUBEI_TOTP_ROLES": "admin,ghost"},
     {"HUBEI_STEP_UP_MINUTES": "0"}],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_stops_the_start(env):
    """An unknown policy, an unknown role, no minutes at all."""
    with pytest.raises(Invalid) as refused:
        Settings.from_env(env)
    assert refused.value.errors[0]["field"] == next(iter(env))


def test_the_table_in_the_docs_is_the_data():
    """docs/access.md shows every permission of every role as `ROLE_PERMISSIONS` has it."""
    text = (Path(__file__).parents[2] / "docs/access.md").read_text(encoding="utf-8")
    rows = [[c.strip() for c in r.strip("|").split("|")] for r in text.splitlines() if "| `" in r]
    heads = next(r for r in text.splitlines() if r.startswith("| permission"))
    roles = [c.strip() for c in heads.strip("|").split("|")[2:]]
    assert roles == [ROLE_WORDS[r] for r in ROLE_PERMISSIONS]
    shown = {row[0].strip("`"): row[2:] for row in rows if len(row) == len(roles) + 2}
    assert shown == {
        p.value: ["●" if p in held else "–" for held in ROLE_PERMISSIONS.values()]
        for p in Permission
    }
