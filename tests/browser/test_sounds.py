"""The tones of waiting alarms: one a colour, again until taken, red never mute."""

from pathlib import Path

import pytest

from tests.map_app import wait_for

SOUNDS = Path(__file__).parents[2] / "assets" / "sounds.js"
PAGE = """<div id="alarm-state"></div>
<button data-mute="1"><span></span></button>"""
PLAYED = "hubeiSounds.played()"


@pytest.fixture
def desk(page):
    """A page with nothing but the button and the state, and a first gesture made."""
    page.set_content(PAGE)
    page.add_script_tag(path=str(SOUNDS))
    page.keyboard.press("Shift")
    wait_for(page, "document.querySelector('span').textContent === '声音已启用'")
    return page


def waits(page, **counts):
    """Say how many alarms wait at each colour."""
    page.evaluate(
        """(counts) => { const node = document.getElementById('alarm-state');
        for (const name of ['red', 'orange', 'yellow', 'blue', 'fault'])
          node.setAttribute('data-' + name, counts[name] || 0); }""",
        counts,
    )


@pytest.mark.parametrize("colour", ["red", "orange", "yellow", "blue", "fault"])
def test_each_colour_has_its_tone(desk, colour):
    """What waits at a colour is heard as that colour."""
    waits(desk, **{colour: 1})
    assert wait_for(desk, f"{PLAYED}[0]") == colour


def test_the_gravest_is_heard_and_comes_again(desk):
    """Of several colours the gravest sounds, and again while nobody takes it."""
    waits(desk, red=1, blue=3)
    wait_for(desk, f"{PLAYED}.length >= 2")
    assert set(desk.evaluate(PLAYED)) == {"red"}
    waits(desk)
    wait_for(desk, "document.querySelector('span').textContent === '声音已启用'")


def test_a_mute_holds_until_something_new_comes_and_never_for_red(desk):
    """Muted yellow is silent; one more is heard; red is heard whatever was muted."""
    waits(desk, yellow=1)
    wait_for(desk, f"{PLAYED}.length === 1")
    desk.click("[data-mute]")
    assert desk.inner_text("[data-mute]").startswith("已静音")
    waits(desk, yellow=1, orange=1)
    wait_for(desk, f"{PLAYED}.at(-1) === 'orange'")
    desk.click("[data-mute]")
    waits(desk, yellow=1, orange=1, red=1)
    wait_for(desk, f"{PLAYED}.at(-1) === 'red'")
    desk.click("[data-mute]")
    heard = desk.evaluate(f"{PLAYED}.length")
    wait_for(desk, f"{PLAYED}.length > {heard}")
    assert desk.inner_text("[data-mute]") == "红色报警不能静音"
