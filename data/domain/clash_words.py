"""What a conflict between a county's machine and the province calls fields and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.domain.incident import ROMAN

FIELD_WORDS: Mapping[str, str] = {
    "casualties.dead": "遇难", "casualties.missing": "失联", "casualties.trapped": "被困",
    "casualties.injured_serious": "重伤", "casualties.injured_minor": "轻伤",
    "casualties.poisoned": "中毒", "casualties.threatened": "受威胁",
    "casualties.evacuated": "转移", "casualties.rescued": "获救", "state": "状态",
    "status": "事件状态", "name": "名称", "short_name": "简称", "type": "事件类型",
    "place": "地点", "area_code": "所在县", "areas": "涉及区域", "occurred_at": "发生时间",
    "commander": "指挥长", "lead_body": "主责单位", "desk": "值守席位", "lon": "经度",
    "lat": "纬度", "coord_note": "坐标说明", "grading": "等级", "figures": "灾情数字",
    "loss_wan_yuan": "直接经济损失（万元）", "potential_loss_wan_yuan": "可能经济损失（万元）",
    "area_ha": "受灾面积（公顷）", "magnitude": "震级", "water_supply_cut": "供水中断",
    "needs": "所需力量", "supply_needs": "所需物资", "note": "备注", "eta": "预计到达",
    "leaves_at": "出动时间", "owner": "责任人", "owner_org": "责任单位", "due_at": "时限",
    "title": "事项", "detail": "内容", "result": "结果", "checklist": "清单",
    "incident_id": "所属事件", "team_id": "队伍", "amount": "数量", "capability": "能力",
    "reason": "理由", "people": "人数", "vehicles": "车辆", "boats": "舟艇", "equipment": "装备",
    "provides": "能力", "ready_minutes": "集结时间（分钟）", "contact": "联系人",
    "geometry": "范围", "effects": "影响", "label": "名称", "until": "至", "since": "自",
    "level": "响应级别", "basis": "依据", "text": "内容", "words": "内容", "answer": "答复",
    "carriage": "运输", "received": "实收", "used": "耗用", "returned": "退回",
    "difference_reason": "差异原因", "keep": "保底", "condition": "状况", "expires": "有效期",
    "held": "保留", "times": "时刻", "steps": "经过", "closed_at": "结束时间",
    "closed_reason": "结束原因", "ended_at": "办结时间", "decided_at": "审批时间",
    "decided_by": "审批人", "answered_at": "答复时间", "answered_by": "答复人",
    "released_seq": "结束记录号", "received_at": "接收时间", "received_by": "接收人",
}  # fmt: skip
VALUE_WORDS: Mapping[str, str] = {
    "open": "处置中", "closed": "已结束", "ordered": "待接令", "accepted": "接令",
    "departed": "出动", "arrived": "到场", "working": "展开", "released": "结束返程",
    "returned": "归队", "cancelled": "撤销", "redirected": "改派", "declined": "不能执行",
    "standby": "备勤", "returning": "返程", "shipped": "在途", "received": "已到位",
}  # fmt: skip


def field_word(field: str) -> str:
    """A field as a person calls it; an inner one after its outer."""
    if known := FIELD_WORDS.get(field):
        return known
    outer, _, inner = field.partition(".")
    if not inner:
        return field
    return f"{FIELD_WORDS.get(outer, outer)}：{VALUE_WORDS.get(inner, field_word(inner))}"


def value_word(field: str, value: Any) -> str:
    """A value as a person reads it; blank for none."""
    if value is None:
        return ""
    if field == "grading":
        word = f"{ROMAN[value['level']]} {value['word']}" if value["level"] else value["word"]
        return word + ("（初判）" if value["provisional"] else f"（{value['confirmed_by']} 定级）")
    if field == "geometry":
        return "图上范围"
    return VALUE_WORDS.get(str(value), str(value)[:80])
