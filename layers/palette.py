"""The map's colours, in one place for the live map and the take-away map alike."""

GROUND = "#0b1220"
LAND = "#132038"
COUNTY_LINE = "#2a3d60"
PREFECTURE_LINE = "#4a639a"
PROVINCE_LINE = "#6c87b3"
WATER = "#3c78b4"
LAKE = "#1d3a5f"
ROAD = "#54657f"
LABEL = "#a9bad6"
QUIET = "#aebdd6"
CALM_STATION = "#8fa3c4"
CUT = "#ff9a9c"
CUT_TEXT = "#ffb3b4"
INK = "#0a0f1a"
WHITE = "#e8eef8"

# Cover, near to far: lightness rises with the minutes and blue turns to sand, so that the steps
# hold without red and green; no way at all is dark red with a dashed pale line.
COVER = ("#24486e", "#5b7083", "#9a957d", "#d8c79a", "#5a2630")

IDENTITY = {"甲": "#74e0bf", "乙": "#c6a4ff"}

# GB/T 37230-2018; only for grades and warnings, and always beside a character.
RUNG_COLOURS = {"警戒": "#ffd84d", "保证": "#ff9c3a", "历史最高": "#ff5a5f"}
WARNING_COLOURS = {"red": "#ff5a5f", "orange": "#ff9c3a", "yellow": "#ffd84d", "blue": "#4da3ff"}
WARNING_CHARS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
RUNG_CHARS = {"警戒": "警", "保证": "保", "历史最高": "史"}

# A monitored point by its state (data.domain.point_state), unheard to red; pale red is in doubt.
POINT_COLOURS = (
    "#5d6f8f", CALM_STATION, "#ffc2c6", "#ff9a9c", "#4da3ff", "#ffd84d", "#ff9c3a", "#ff5a5f",
)  # fmt: skip


def identity(letter: str | None) -> str:
    """The colour of an incident for its whole life: 甲 mint, 乙 violet, later ones white."""
    return IDENTITY.get(letter or "", WHITE)
