"""The grading law as data, in the names the code measures by, and the taxonomy of incidents."""

from __future__ import annotations

import json
from typing import Any

from data.reference.build.common import COLLECTED, OUT, write

WORDS = {"I": "特别重大", "II": "重大", "III": "较大", "IV": "一般"}
GEO_WORDS = {"I": "特大型", "II": "大型", "III": "中型", "IV": "小型"}
MEASURES = {
    "serious_injury": "injured_serious", "serious": "injured_serious", "loss_wan": "loss_wan_yuan",
    "potential_loss_wan": "potential_loss_wan_yuan", "mag_populated": "magnitude_populated",
    "mag_dense": "magnitude_dense", "poison_or_serious": "poisoned_or_serious",
    "water": "water_supply_cut", "gdp": "loss_share_of_gdp",
}  # fmt: skip
# table -> law, article; the collected file names the rest
LAWS = {
    "production_accident": (
        "生产安全事故报告和调查处理条例（国务院令第493号）",
        "第三条（条号待核）",
    ),
    "geohazard": ("地质灾害防治条例、国家突发地质灾害应急预案（名称待核，数值见来源）", ""),
    "forest_fire": ("森林防火条例", "第40条"),
    "earthquake": ("国家地震应急预案（2012-08-28）", ""),
    "environment": ("国家突发环境事件应急预案（国办函〔2014〕119号）", ""),
}
CLASSES = {"11": "自然灾害", "12": "事故灾难", "13": "公共卫生事件", "14": "社会安全事件"}


def build() -> None:
    """Write `grading.json` and `incident_types.csv`."""
    raw = json.loads((COLLECTED / "grading.json").read_text(encoding="utf-8"))
    tables = {name: _table(name, raw[name]) for name in LAWS}
    tables["geohazard"]["measures_of"] = {
        "disaster": ["dead", "loss_wan_yuan"],
        "danger": ["threatened", "potential_loss_wan_yuan"],
    }
    others = {
        "serious_near_miss": raw["major_near_miss_较大涉险"],
        **{k: raw[k] for k in (
            "relief_national", "relief_hubei", "flood_hubei", "rain_warning_signal", "tailings",
            "hazchem_tank", "warning_colours", "forest_fire_danger",
        )},
    }  # fmt: skip
    result = {"boundary": raw["boundary_rule"], "tables": tables, **others}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (OUT / "grading.json").write_text(text + "\n", encoding="utf-8")
    _types(raw["event_taxonomy"])


def _table(name: str, raw: dict[str, Any]) -> dict[str, Any]:
    """One grading table by level; a band holds its low end and not its high end."""
    law, article = LAWS[name]
    words = GEO_WORDS if name == "geohazard" else WORDS
    by_word = {word.partition("(")[0]: bands for word, bands in raw["levels"].items()}
    extra: dict[str, Any] = {k: raw[k] for k in ("area", "note", "command") if k in raw}
    return {
        "law": law,
        "article": article,
        "source": raw["source"],
        "confidence": raw["confidence"],
        "combine": raw.get("combine", "取任一指标所达最高级"),
        "words": words,
        "levels": {
            level: {MEASURES.get(m, m): band for m, band in by_word.get(word, {}).items()}
            for level, word in words.items()
        },
        **extra,
    }


def _types(raw: dict[str, Any]) -> None:
    """The four classes; codes not yet checked against the standard are flagged."""
    rows = [
        {"code": None, "name": name, "class": name, "unchecked": False,
         "source": raw["standard"], "confidence": "verified"}
        for name in raw["四大类"]
    ]  # fmt: skip
    rows += [
        {"code": code, "name": name, "class": CLASSES[code[:2]], "unchecked": True,
         "source": f"{raw['standard']}；代码待核，购标核对后再启用", "confidence": "memory"}
        for code, name in raw["codes_memory"].items()
    ]  # fmt: skip
    write(
        "incident_types.csv", rows, ("code", "name", "class", "unchecked", "source", "confidence")
    )
