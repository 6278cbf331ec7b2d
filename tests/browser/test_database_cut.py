"""The way to the database is cut under open pages: they say so, and go on by themselves."""

import uuid
from unittest.mock import patch

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from data.domain.messages import WriteEntry
from data.domain.org import Actor
from data.errors import Unavailable
from data.store import postgres_wait
from tests.postgres import why_not
from tests.serving import PASSWORD, Running
from tests.tcp_proxy import TcpProxy

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(why_not() is not None, reason=why_not() or ""),
]
DUTY = Actor.of("duty", "duty", "420000")
LINK = "want => document.documentElement.dataset.link === want"
PAGES = {path: f"dashboard.pages{path.replace('/', '.')}" for path in ("/wall", "/duty")}


@pytest.fixture
def cut(postgres_url, tmp_path):
    """A center whose database is reached through a proxy, and the proxy."""
    own = f"t{uuid.uuid4().hex[:12]}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {own}")
    url = make_url(postgres_url).set(database=own)
    with (
        patch.object(postgres_wait, "SILENCE_S", 1.0),
        TcpProxy(url.port) as link,
        Running(tmp_path, pages=PAGES, database_url=str(url.set(port=link.port))) as running,
    ):
        yield running, link
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {own} WITH (FORCE)")
    admin.dispose()


def opened(context, running, path):
    """A page signed in as the duty officer, its link up."""
    page = context.new_page()
    page.goto(running.base + path)
    page.wait_for_selector("#live-header")
    page.wait_for_function(LINK, arg="up")
    page.evaluate("window.notReloaded = true")
    return page


def test_pages_say_that_the_database_is_gone_and_catch_up(context, cut) -> None:
    """Wall and duty show it; reads and writes are refused in words; afterwards all is live."""
    running, link = cut
    signing = {"username": "duty", "password": PASSWORD}
    context.request.post(running.base + "/api/v1/session", data=signing)
    pages = [opened(context, running, path) for path in PAGES]
    with running.client("duty") as api:
        link.silence()
        for page in pages:
            page.wait_for_function(LINK, arg="down", timeout=20_000)
            assert "数据库中断" in page.inner_text("#live-link")
        answer = api.get("/api/v1/incidents")
        assert answer.status_code == 503
        assert "数据库暂时没有应答" in answer.json()["detail"]
        with pytest.raises(Unavailable):
            running.center.handle(WriteEntry(text="断开时", incident_id=None), DUTY)
        link.heal()
        for page in pages:
            page.wait_for_function(LINK, arg="up", timeout=20_000)
        seq = running.center.handle(WriteEntry(text="恢复后", incident_id=None), DUTY).seq
        for page in pages:
            page.wait_for_function(f"() => window.hubeiLink().revision >= {seq}")
            assert page.evaluate("window.notReloaded")
        assert api.get("/api/v1/incidents").status_code == 200
