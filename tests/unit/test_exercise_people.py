"""The exercise's people: a roster that covers it, a directory, every name marked as invented."""

from datetime import UTC, datetime, timedelta

from data.domain.directory import Contact
from data.domain.shift import Shift, ShiftState, following, on_duty, rostered
from data.exercise.people import NOTE, load_people

START = datetime(2020, 7, 7, 23, 30, tzinfo=UTC)  # 07:30 in Beijing on the 8th
END = datetime(2020, 7, 9, 8, tzinfo=UTC)
THINGS = load_people(START, END)
SHIFTS = [t for t in THINGS if isinstance(t, Shift)]
CONTACTS = [t for t in THINGS if isinstance(t, Contact)]
ROOMS = ("420000", "421100", "421127")


def test_every_name_says_it_is_invented():
    """No name without its mark, no record without its origin and note."""
    names = [p.name for s in SHIFTS for p in s.people] + [c.name for c in CONTACTS]
    assert names
    assert all(name.endswith("（演练）") for name in names)
    assert all(t.origin == "exercise" and t.note == NOTE for t in THINGS)


def test_no_number_could_reach_anybody():
    """Extensions of four digits only."""
    numbers = [p.phone for s in SHIFTS for p in s.people]
    numbers += [n for c in CONTACTS for n in c.numbers]
    assert all(len(n) == 4 and n.isdigit() for n in numbers)


def test_each_room_has_a_shift_on_and_the_next_one_planned():
    """From the first minute to a day after the end somebody is named, without a gap or overlap."""
    for room in ROOMS:
        on = on_duty(SHIFTS, room)
        assert on is not None
        assert on.starts_at <= START < on.ends_at
        assert following(SHIFTS, room, on).starts_at == on.ends_at
        held = sorted((s for s in SHIFTS if s.org == room), key=lambda s: s.starts_at)
        assert [s.starts_at for s in held[1:]] == [s.ends_at for s in held[:-1]]
        assert rostered(SHIFTS, room, END + timedelta(hours=23)) is not None
        assert [s.state for s in held].count(ShiftState.ON) == 1


def test_one_id_a_thing():
    """Seeding twice meets the same things."""
    ids = [t.id for t in THINGS]
    assert len(ids) == len(set(ids))
    assert ids == [t.id for t in load_people(START, END)]
