"""Keeps the command posts of incidents and what is concluded about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from data.domain.command_post import CommandPost, PostGroup
from data.domain.contingency import Contingency
from data.domain.incident import Incident, Response
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import Permission
from data.domain.people import Person, phone_ok
from data.errors import Conflict, IllegalMove, Invalid, NotFound
from data.services import checks, consulting, phonebook, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MOST_GROUPS = 30


def set_up_post(unit: Unit, command: m.SetUpPost, tools: Tools) -> dict[str, Any]:
    """Set up an incident's command post with the running contingency's groups."""
    unit.actor.require(Permission.RESPOND)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    held = [p for p in unit.find(CommandPost, incident_id=incident.id) if p.state == "open"]
    if held:
        raise Conflict(f"{wording.titled(incident)} 已在{held[0].place}设立{held[0].name}")
    place = checks.required(command.place, "place", "指挥部位置", "请写明设在何处")
    checks.place_area(tools, command.lon, command.lat, None)
    _people((command.commander, *command.deputies), "commander")
    commander = command.commander or (
        Person(name=incident.commander) if incident.commander else None
    )
    kept = unit.put(
        CommandPost(
            id=unit.next_id("post"), incident_id=incident.id, org=unit.actor.org,
            name=command.name.strip() or "现场指挥部", place=place, lon=command.lon,
            lat=command.lat, phone=_phone(command.phone), link=command.link.strip(),
            commander=commander, deputies=command.deputies,
            groups=_wanted_groups(unit, incident, None), set_up_at=unit.now,
            set_up_by=unit.actor.name, origin=incident.origin,
        )
    )  # fmt: skip
    led = f"，指挥长 {commander.name}" if commander else ""
    groups = f"，工作组 {len(kept.groups)} 个" if kept.groups else ""
    _tell(unit, incident, f"设立{kept.name}（{place}）{led}{groups}")
    return {"post": kept}


def edit_post(unit: Unit, command: m.EditPost, tools: Tools) -> dict[str, Any]:
    """Change a command post's place, people or numbers."""
    post, incident = _open_post(unit, tools, command.post_id)
    changed = {
        f.name: getattr(command, f.name)
        for f in fields(command)
        if f.name not in {"post_id", "expect_version"} and getattr(command, f.name) is not None
    }
    if "place" in changed:
        checks.required(changed["place"], "place", "指挥部位置", "请写明设在何处")
    if "phone" in changed:
        changed["phone"] = _phone(changed["phone"])
    _people((command.commander, *(command.deputies or ())), "commander")
    checks.place_area(tools, changed.get("lon", post.lon), changed.get("lat", post.lat), None)
    kept = unit.put(replace(post, **changed), expect=command.expect_version)
    said = []
    if kept.place != post.place:
        said.append(f"移至{kept.place}")
    if kept.commander != post.commander and kept.commander:
        said.append(f"指挥长改为 {kept.commander.name}")
    if kept.deputies != post.deputies:
        said.append(f"副指挥长 {'、'.join(p.name for p in kept.deputies) or '无'}")
    _tell(unit, incident, f"{kept.name}{'，'.join(said) or '资料更新'}")
    return {"post": kept}


def put_group(unit: Unit, command: m.PutGroup, tools: Tools) -> dict[str, Any]:
    """Add a group, or change the one of that name; where it comes from is kept."""
    post, incident = _open_post(unit, tools, command.post_id)
    name = checks.required(command.name, "name", "工作组名称", "如：现场抢救组")
    _people((command.lead, *command.members), "lead")
    old = post.group(name)
    group = PostGroup(
        name=name, lead_body=command.lead_body.strip(), lead=command.lead,
        members=command.members, bodies=command.bodies.strip(), duties=command.duties.strip(),
        source=old.source if old else "", basis=old.basis if old else "",
    )  # fmt: skip
    if old:
        groups = tuple(group if g.name == name else g for g in post.groups)
    else:
        groups = (*post.groups, group)
    if len(groups) > MOST_GROUPS:
        raise Invalid.field("name", f"工作组超过 {MOST_GROUPS} 个", "请合并工作组")
    kept = unit.put(replace(post, groups=groups))
    led = f"，组长 {group.lead.words()}" if group.lead else "，组长待定"
    _tell(unit, incident, f"{post.name}{'调整' if old else '增设'}{name}{led}")
    return {"post": kept}


def drop_group(unit: Unit, command: m.DropGroup, tools: Tools) -> dict[str, Any]:
    """Dissolve a group, with the reason."""
    post, incident = _open_post(unit, tools, command.post_id)
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何撤销该组")
    if post.group(command.name) is None:
        raise NotFound(f"{post.name}没有{command.name}")
    kept = unit.put(replace(post, groups=tuple(g for g in post.groups if g.name != command.name)))
    _tell(unit, incident, f"{post.name}撤销{command.name}（{reason}）")
    return {"post": kept}


def take_groups(unit: Unit, command: m.TakeGroups, tools: Tools) -> dict[str, Any]:
    """Take the contingency's groups over that the post does not have yet."""
    post, incident = _open_post(unit, tools, command.post_id)
    found = _wanted_groups(unit, incident, command.contingency_id)
    new = tuple(g for g in found if post.group(g.name) is None)
    if not new:
        remedy = "该事件没有按预案启动的响应，或预案的工作组都已设立"
        raise Invalid.field("contingency_id", "没有可带入的工作组", remedy)
    kept = unit.put(replace(post, groups=(*post.groups, *new)))
    names = "、".join(g.name for g in new)
    _tell(unit, incident, f"{post.name}按《{new[0].source}》设立{names}")
    return {"post": kept}


def close_post(unit: Unit, command: m.ClosePost, tools: Tools) -> dict[str, Any]:
    """Close a command post, with the reason; also after its incident was closed."""
    unit.actor.require(Permission.RESPOND)
    post = unit.get(CommandPost, command.post_id)
    incident = unit.get(Incident, post.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    _standing(post)
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何撤销指挥部")
    kept = unit.put(replace(post, state="closed", closed_at=unit.now, closed_reason=reason))
    _tell(unit, incident, f"撤销{post.name}（{reason}）")
    return {"post": kept}


def _open_post(unit: Unit, tools: Tools, post_id: str) -> tuple[CommandPost, Incident]:
    """A standing post of an open incident in the actor's area."""
    unit.actor.require(Permission.RESPOND)
    post = unit.get(CommandPost, post_id)
    incident = checks.open_incident_of(unit, tools, post.incident_id)
    _standing(post)
    return post, incident


def _standing(post: CommandPost) -> None:
    if post.state != "open":
        raise IllegalMove(f"{post.name}（{post.place}）已撤销，不能再修改")


def _wanted_groups(
    unit: Unit, incident: Incident, contingency_id: str | None
) -> tuple[PostGroup, ...]:
    """The groups of the contingencies that run for the incident, each name once."""
    running = {
        name
        for r in unit.find(Response, incident_id=incident.id)
        if r.until is None or r.until > unit.now
        for name in (r.contingency, r.contingency_id)
        if name
    }
    found: dict[str, PostGroup] = {}
    for plan in unit.find(Contingency):
        if plan.id == contingency_id or (
            contingency_id is None and not running.isdisjoint({plan.id, plan.name})
        ):
            for group in _groups_of(plan):
                found.setdefault(group.name, group)
    return tuple(found.values())


def _groups_of(plan: Contingency) -> Iterable[PostGroup]:
    """A contingency's groups as a post's, their people still unknown."""
    for group in plan.groups:
        yield PostGroup(
            name=group.name, lead_body=group.lead_body, bodies="、".join(group.bodies),
            duties="；".join(group.duties), source=plan.name, basis=group.source,
        )  # fmt: skip


def _people(people: Iterable[Person | None], field: str) -> None:
    """Refuse numbers that cannot be dialled."""
    for person in people:
        if person and person.phone and not phone_ok(person.phone):
            raise Invalid.field(field, f"电话“{person.phone}”不能拨打", "只填数字、区号和分机")


def _phone(text: str) -> str:
    said = text.strip()
    if said and not phone_ok(said):
        raise Invalid.field("phone", f"电话“{said}”不能拨打", "只填数字、区号和分机")
    return said


def _tell(unit: Unit, incident: Incident, words: str) -> None:
    unit.tell(
        f"{wording.titled(incident)} {words}", incident_id=incident.id, area=incident.area_code
    )


HANDLERS: Mapping[type[Command], Handler] = {
    m.SetUpPost: set_up_post,
    m.EditPost: edit_post,
    m.PutGroup: put_group,
    m.DropGroup: drop_group,
    m.TakeGroups: take_groups,
    m.ClosePost: close_post,
    **consulting.HANDLERS,
    **phonebook.HANDLERS,
}
