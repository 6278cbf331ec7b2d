"""The doctor's questions to the database: the right server, the newest record, times in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from data.config import Settings
from data.domain.clock import SHANGHAI, real_now
from data.domain.steady import APART
from data.errors import CenterError
from data.store.database import Database
from data.store.heads import PUBLIC, check_heads, newest_head
from data.store.postgres_door import PostgresDoor

Check = tuple[bool, str]
LOOKED_AT = 100_000  # of the journal's rows, the newest: weeks of a busy center
_BACK = """
    SELECT seq, recorded_at, before FROM (
        SELECT seq, recorded_at, lag(recorded_at) OVER (ORDER BY seq) AS before
        FROM journal WHERE seq > (SELECT max(seq) FROM journal) - :looked_at
    ) AS rows WHERE recorded_at < before ORDER BY seq
"""


def servers(database: Database) -> Iterator[Check]:
    """Which of the servers that the address names takes writes; one must, and only one."""
    standing = PostgresDoor.of(database.reader).look()
    for one in standing:
        if one.timeline is None:
            yield False, f"PostgreSQL {one.name} 没有应答：请检查服务器和网络"
    leading = sorted((o for o in standing if o.timeline), key=lambda o: o.timeline or 0)
    following = [o.name for o in standing if o.timeline == 0]
    if not leading and following:
        yield False, f"PostgreSQL {'、'.join(following)} 是备库，不接受写入：请改连主库，或先提升"
    elif len(leading) == 1:
        beside = f"，备库 {'、'.join(following)}" if following else ""
        yield True, f"PostgreSQL 主库 {leading[0].name}，时间线 {leading[0].timeline}{beside}"
    elif leading:
        *past, newest = leading
        older = "、".join(f"{o.name}（时间线 {o.timeline}）" for o in past)
        yield False, (
            f"几台 PostgreSQL 都自称主库：中心只写 {newest.name}（时间线 {newest.timeline}）；"
            f"请立即隔离 {older}，写在那里的会丢失"
        )


def standby(connection: Connection) -> Iterator[Check]:
    """A primary that waits for a standby which does not follow: nothing can be acknowledged."""
    names = str(connection.execute(text("SHOW synchronous_standby_names")).scalar_one())
    leads = not connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
    if names and leads:
        asked = text("SELECT count(*) FROM pg_stat_replication")
        good = bool(connection.execute(asked).scalar_one())
        told = f"同步备库 {names}"
        yield good, told if good else (
            f"{told} 没有一台跟随：写入会一直等待；这也可能是一台过去的主库，请核对后再用"
        )


def newest_record(settings: Settings, connection: Connection) -> Iterator[Check]:
    """That the database still holds the head which this machine signed last."""
    try:
        head = newest_head(settings.heads)
        if head is None:
            return
        public = (settings.heads / PUBLIC).read_bytes()
        verdict = check_heads(connection, [head], public)
    except (CenterError, OSError) as error:
        yield False, f"链头文件读不出来（{error}）：请从外部主机取回"
        return
    told = f"本机最近签发的链头第 {head.seq} 号"
    yield verdict.ok, f"{told}在库" if verdict.ok else (
        f"{told}与数据库不符（{verdict.reason}）：可能连到了过去的主库或旧备份，请先停用并核对"
    )


def times(connection: Connection) -> Iterator[Check]:
    """The machine's clock against the newest record, and whether it was ever set back by much."""
    newest = connection.execute(text("SELECT max(recorded_at) FROM journal")).scalar()
    yield _clock(newest)
    for row in connection.execute(text(_BACK), {"looked_at": LOOKED_AT}):
        by = _moment(row.before) - _moment(row.recorded_at)
        if by > APART:
            yield False, (
                f"值班记录第 {row.seq} 号起，时钟被拨回 {_words(by)}：那以前的时间偏快，"
                "先后以编号为准；请配置 NTP"
            )


def database_clock(connection: Connection) -> Iterator[Check]:
    """The machine's clock against the database server's."""
    off = real_now() - _moment(connection.execute(text("SELECT clock_timestamp()")).scalar_one())
    good = abs(off) <= APART
    told = "本机与数据库服务器时钟一致"
    way = "快" if off > timedelta() else "慢"
    yield good, told if good else f"本机时钟比数据库服务器{way} {_words(abs(off))}：请给两边校时"


def _clock(newest: object) -> Check:
    now = real_now()
    told = f"本机时间 {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）"
    if newest is None:
        return True, told
    good = now >= _moment(newest) - APART
    return good, told if good else f"{told}，早于最新一条记录：时钟被拨慢，请校时（建议配置 NTP）"


def _moment(told: object) -> datetime:
    at = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _words(span: timedelta) -> str:
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分"
