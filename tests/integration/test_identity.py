"""Signing in with a provider: a real one of the tests' own, and nobody in unless all is right."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from dashboard.provider import own_path
from data.config import Settings, with_files
from data.domain.access_policy import AccessPolicy
from data.domain.identity import Provider, safe_address
from data.domain.org import Actor
from data.errors import Invalid
from tests.integration import api_world as w
from tests.oidc_provider import CLIENT, SECRET, TestProvider
from tests.serving import PASSWORD, Running

ADMIN = Actor.of("admin", "admin", "420000")
SECURITY = Actor.of("security", "security", "420000")


@pytest.fixture(scope="module")
def provider() -> Iterator[TestProvider]:
    """A provider that signs everybody in as `subject`."""
    made = TestProvider()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def well(provider: TestProvider) -> None:
    """Nothing wrong with the provider at the start of a test."""
    provider.subject, provider.wrong, provider.algorithm = "sub-duty", {}, "RS256"


@pytest.fixture(scope="module")
def running(tmp_path_factory, provider) -> Iterator[Running]:
    """A center that knows the provider, with the duty officer bound to a subject."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as server:
        server.center.accounts.policy = AccessPolicy(
            provider=Provider(
                issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, home=server.base
            )
        )
        server.center.accounts.bind(ADMIN, "duty", "sub-duty")
        yield server


def back(running: Running, browser: httpx.Client, path: str = "/oidc/start") -> httpx.Response:
    """Go to the provider and come back; the center's answer to the callback."""
    out = browser.get(path)
    assert out.status_code == 303, out.text
    returned = httpx.get(out.headers["location"])
    return browser.get(returned.headers["location"])


def refused(answer: httpx.Response, words: str) -> None:
    """Nobody was let in, and the page says why."""
    assert answer.status_code in (401, 403, 429)
    assert "hubei_session" not in answer.headers.get("set-cookie", "")
    assert words in answer.text


def test_who_is_bound_signs_in_and_goes_on_to_the_page_asked_for(running, provider):
    """Code flow with PKCE S256, state and nonce; the session is the account's, the log says so."""
    with running.client() as browser:
        entered = back(running, browser, "/oidc/start?next=/duty%3Fa%3D1")
        assert (entered.status_code, entered.headers["location"]) == (303, "/duty?a=1")
        asked = provider.asked[-1]
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "openid"
        assert len(asked["state"]) >= 32
        assert len(asked["nonce"]) >= 32
        told = w.get(browser, "/session")
        assert (told["user"], told["role"]) == ("duty", "duty")
    assert running.center.accounts.log(SECURITY)[0]["outcome"] == "signed-in"


def test_the_button_is_there_only_where_a_provider_is_set(running, monkeypatch):
    """Local sign-in stays beside it."""
    with running.client() as browser:
        page = browser.get("/signin").text
        assert 'href="/oidc/start"' in page
        assert 'name="password"' in page
        monkeypatch.setattr(running.center.accounts, "policy", AccessPolicy())
        assert "/oidc/start" not in browser.get("/signin").text
        assert browser.get("/oidc/start").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "somebody-else"}, {"aud": None},
        {"iss": "http://127.0.0.1:1"}, {"exp": 1_000_000_000}, {"exp": None}, {"sub": None},
        {"sub": ""}, {"aud": [CLIENT, "other"], "azp": "other"}, {"iat": 99_999_999_999},
    ],
)  # fmt: skip
def test_a_token_with_one_thing_wrong_lets_nobody_in(running, provider, wrong):
    """Nonce, audience, issuer, time, subject, authorised party: each alone refuses."""
    provider.wrong = wrong
    with running.client() as browser:
        refused(back(running, browser), "没有通过核验")
        assert browser.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_nobody_could_have_signed_is_refused(running, provider, algorithm):
    """Unsigned, or signed with the public key as a secret."""
    provider.algorithm = algorithm
    with running.client() as browser:
        refused(back(running, browser), "没有通过核验")


def test_a_key_the_provider_changed_is_fetched_again_and_a_strangers_is_not(running, provider):
    """A new key is found by its name; a token of a key never published is refused."""
    from joserfc.jwk import RSAKey

    before = provider.key
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    with running.client() as browser:
        assert back(running, browser).status_code == 303
        out = browser.get("/oidc/start")
        returned = httpx.get(out.headers["location"])
        shown, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "two"})
        signed = provider._id_token
        provider.key = shown
        forger = RSAKey.generate_key(2048, {"kid": "two"})

        def forged(asked):
            provider.key = forger
            try:
                return signed(asked)
            finally:
                provider.key = shown

        provider._id_token = forged
        try:
            refused(browser.get(returned.headers["location"]), "没有通过核验")
        finally:
            del provider._id_token
            provider.key = before


def test_a_way_back_counts_once_and_only_in_its_own_browser(running):
    """State used twice, made up, or brought by another browser: refused."""
    with running.client() as browser, running.client() as other:
        url = httpx.get(browser.get("/oidc/start").headers["location"]).headers["location"]
        refused(other.get(url), "不是从本浏览器发起")
        refused(browser.get(url), "不是从本浏览器发起")  # taken out by the other's attempt
        url = httpx.get(browser.get("/oidc/start").headers["location"]).headers["location"]
        assert browser.get(url).status_code == 303
        browser.cookies.clear()
        refused(browser.get(url), "不是从本浏览器发起")
        refused(browser.get("/oidc/callback?state=made-up&code=x"), "不是从本浏览器发起")
        refused(browser.get("/oidc/callback?error=access_denied"), "没有完成登录")


def test_an_unknown_subject_is_told_its_mark_and_no_account_is_made(running, provider):
    """The administrator binds it then; what it says is shown as text."""
    provider.subject = "<b>nobody"
    before = len(running.center.accounts.accounts(ADMIN))
    with running.client() as browser:
        answer = back(running, browser)
        refused(answer, "&lt;b&gt;nobody")
        assert "<b>nobody" not in answer.text
    assert len(running.center.accounts.accounts(ADMIN)) == before
    line = running.center.accounts.log(SECURITY)[0]
    assert (line["outcome"], line["by"]) == ("refused", "<b>nobody")


def test_a_disabled_or_locked_account_stays_out(running, provider):
    """Whatever the provider says; and one with a second factor wants the provider's too."""
    accounts = running.center.accounts
    accounts.create(ADMIN, "kept.out", "某", "duty", "420000", "a long enough one")
    accounts.bind(ADMIN, "kept.out", "sub-out")
    provider.subject = "sub-out"
    with running.client() as browser:
        accounts.set_disabled(ADMIN, "kept.out", disabled=True)
        refused(back(running, browser), "账号已停用")
        accounts.set_disabled(ADMIN, "kept.out", disabled=False)
        accounts._keep("kept.out", locked_until=accounts._real().replace(year=2099))
        refused(back(running, browser), "已锁定")
        accounts._keep("kept.out", locked_until=None, totp_since=accounts._real())
        refused(back(running, browser), "第二重验证")
        provider.wrong = {"amr": ["pwd", "otp"]}
        assert back(running, browser).status_code == 303


def test_binding_is_the_administrators_one_subject_one_account(running, provider):
    """Logged; taken once; released again, which ends what it opened."""
    body = {"subject": "sub-chief"}
    with running.client("duty") as duty:
        w.problem(duty.post("/api/v1/accounts/chief/identity", json=body), 403)
    with running.client("admin") as admin, running.client() as browser:
        assert admin.post("/api/v1/accounts/chief/identity", json=body).status_code == 204
        w.problem(admin.post("/api/v1/accounts/leader/identity", json=body), 409)
        w.problem(admin.post("/api/v1/accounts/wall/identity", json={"subject": "x"}), 403)
        w.problem(admin.post("/api/v1/accounts/chief/identity", json={"subject": " "}), 422)
        provider.subject = "sub-chief"
        assert back(running, browser).status_code == 303
        assert w.get(browser, "/session")["user"] == "chief"
        assert admin.delete("/api/v1/accounts/chief/identity").status_code == 204
        assert browser.get("/api/v1/session").status_code == 401
        w.problem(admin.delete("/api/v1/accounts/chief/identity"), 404)
        refused(back(running, browser), "还没有绑定")
    told = [row["outcome"] for row in running.center.accounts.log(SECURITY, 20)]
    assert {"identity-bound", "identity-unbound"} <= set(told)


def test_a_proof_is_given_again_at_the_provider(running, provider):
    """Asked anew (prompt=login, max_age=0); a remembered or another sign-in does not do."""
    with running.client() as browser:
        assert back(running, browser).status_code == 303
        with running.center.database.units.transaction() as db:
            db.exec_driver_sql("UPDATE session SET proved_at = '2020-01-01 00:00:00'")
        running.center.accounts._cache.clear()
        provider.wrong = {"auth_time": 1_000_000_000}
        refused(back(running, browser, "/oidc/step-up"), "没有重新核验本人")
        provider.wrong = {"auth_time": None}
        refused(back(running, browser, "/oidc/step-up"), "没有重新核验本人")
        assert w.get(browser, "/session")["proved_until"] < "2021"
        provider.wrong = {}
        done = back(running, browser, "/oidc/step-up")
        assert done.status_code == 200
        assert "已验证身份" in done.text
        assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
        assert w.get(browser, "/session")["proved_until"] > "2026"
        provider.subject = "sub-out"
        refused(back(running, browser, "/oidc/step-up"), "没有重新核验本人")


def test_a_provider_that_does_not_answer_leaves_local_sign_in(running, monkeypatch):
    """The page says so; name and password go on."""
    dead = Provider(issuer="http://127.0.0.1:9", client_id=CLIENT, home=running.base)
    accounts = running.center.accounts
    monkeypatch.setattr(accounts, "policy", AccessPolicy(provider=dead))
    monkeypatch.setattr(accounts, "_asking", None)
    with running.client() as browser:
        answer = browser.get("/oidc/start")
        assert answer.status_code == 503
        assert "没有应答" in answer.text
    with running.client("duty") as duty:
        assert w.get(duty, "/session")["user"] == "duty"


def test_settings_come_from_the_environment_or_a_file_and_are_safe_or_refused(tmp_path):
    """Missing parts and addresses in the clear stop the start, naming the variable."""
    held = tmp_path / "secret"
    held.write_text(f"{SECRET}\n", encoding="utf-8")
    env = {
        "HUBEI_OIDC_ISSUER": "https://sso.example.org/", "HUBEI_OIDC_CLIENT_ID": CLIENT,
        "HUBEI_OIDC_CLIENT_SECRET_FILE": str(held), "HUBEI_PUBLIC_URL": "https://hubei.example.org",
    }  # fmt: skip
    made = Settings.from_env(env).access.provider
    assert made is not None
    assert (made.issuer, made.client_secret) == ("https://sso.example.org", SECRET)
    assert made.redirect_uri == "https://hubei.example.org/oidc/callback"
    assert SECRET not in repr(made)
    for name, value in (
        ("HUBEI_OIDC_CLIENT_ID", ""), ("HUBEI_PUBLIC_URL", ""),
        ("HUBEI_OIDC_ISSUER", "http://sso.example.org"),
        ("HUBEI_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "none")),
    ):  # fmt: skip
        with pytest.raises(Invalid) as told:
            Settings.from_env({**env, name: value})
        assert told.value.errors[0]["field"] == name
    with pytest.raises(Invalid):
        with_files({**env, "HUBEI_OIDC_CLIENT_SECRET": "both"})
    assert not safe_address("https://user:secret@sso.example.org")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("/duty?a=1", "/duty?a=1"), ("https://evil.example", "/"), ("//evil.example", "/"),
     ("/\\evil.example", "/"), ("/oidc/start", "/"), ("", "/")],
)  # fmt: skip
def test_nobody_is_sent_on_to_another_site(given, kept):
    """The page to go on to is a path of ours."""
    assert own_path(given) == kept


def test_secrets_travel_in_no_address(running):
    """Neither verifier nor client secret stands in what the browser is sent to."""
    with running.client() as browser:
        query = parse_qs(urlsplit(browser.get("/oidc/start").headers["location"]).query)
        assert set(query) == {
            "client_id", "response_type", "state", "redirect_uri", "scope", "nonce",
            "code_challenge", "code_challenge_method",
        }  # fmt: skip


def test_local_passwords_go_on_beside_it(running):
    """The same account by name and password."""
    with running.client("duty", PASSWORD) as browser:
        assert w.get(browser, "/session")["user"] == "duty"
