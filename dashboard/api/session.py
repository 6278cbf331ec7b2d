"""Signing in and out, who am I, device codes and tokens, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from dashboard.accounts import address_of, clear_cookies, described, secure_of, set_cookies
from dashboard.api.common import actor_of, answer
from dashboard.qr import qr_svg
from data.center import Center
from data.errors import Invalid, NotSignedIn


class SignIn(BaseModel):
    """A name and a password, a wall machine's code, or an order's code in the field."""

    username: str = ""
    password: str = ""
    code: str = ""  # the second factor, where the account carries one
    device_code: str = ""
    field_code: str = ""


class NewToken(BaseModel):
    """What a program's token may do, where, and for how long."""

    label: str = ""
    permissions: list[str]
    org: str = ""
    days: int = 365


class NewCode(BaseModel):
    """Which machine a device code is for."""

    label: str = "大屏"
    username: str = "wall"


class Proof(BaseModel):
    """A password, or a one-time password."""

    password: str = ""
    code: str = ""


class Code(BaseModel):
    """A one-time password, or a backup code."""

    code: str = ""


class NewRole(BaseModel):
    """Another role for an account."""

    role: str


class NewIdentity(BaseModel):
    """Who somebody is to the provider."""

    subject: str


class NewPassword(BaseModel):
    """One's own password changed."""

    old: str
    new: str


def build(center: Center) -> APIRouter:
    """The router of signing in."""
    router = APIRouter(tags=["session"])

    @router.post("/session")
    async def sign_in(request: Request, body: SignIn) -> Response:
        """Sign in with a password, or a wall machine with its code; answers the CSRF value."""
        agent = request.headers.get("user-agent", "")
        if body.device_code:
            opened = await center.ask(
                center.accounts.redeem, body.device_code, address_of(request), agent
            )
        elif body.field_code:
            opened = await center.ask(
                center.accounts.redeem_field, body.field_code, address_of(request), agent
            )
        elif body.username and body.password:
            opened = await center.ask(
                center.accounts.sign_in, body.username, body.password, address_of(request), agent,
                body.code,
            )  # fmt: skip
        else:
            raise Invalid.field("username", "用户名或密码未填写", "请填写用户名和密码")
        secret, session = opened
        response = answer(described(center, session))
        set_cookies(response, secret, session, secure=secure_of(center, request))
        return response

    @router.get("/session")
    async def who(request: Request) -> Response:
        """Who is signed in here."""
        actor_of(request)
        return answer(described(center, request.state.session))

    @router.delete("/session")
    async def sign_out(request: Request) -> Response:
        """End this session."""
        session = request.state.session
        if session is None:
            raise NotSignedIn("请先登录")
        await center.ask(center.accounts.sign_out, session.key, session.actor.username)
        response = Response(status_code=204)
        clear_cookies(response)
        return response

    _secrets(router, center)
    _proofs(router, center)
    _keeping(router, center)
    return router


def _secrets(router: APIRouter, center: Center) -> None:
    """Passwords, tokens and device codes."""

    @router.post("/session/password")
    async def password(request: Request, body: NewPassword) -> Response:
        """Change one's own password."""
        actor = actor_of(request)
        await center.ask(center.accounts.change_password, actor, actor.username, body.new, body.old)
        return Response(status_code=204)

    @router.post("/tokens")
    async def token(request: Request, body: NewToken) -> Response:
        """A bearer token for a program; shown this once."""
        made = await center.ask(
            center.accounts.make_token, actor_of(request), body.label, body.permissions,
            body.org, body.days,
        )  # fmt: skip
        return answer({"token": made, "org": body.org or actor_of(request).org}, 201)

    @router.post("/device-codes")
    async def device_code(request: Request, body: NewCode) -> Response:
        """A one-time code with which a wall machine signs in; shown this once."""
        code = await center.ask(
            center.accounts.make_device_code, actor_of(request), body.label, body.username
        )
        return answer({"code": code}, 201)


def _proofs(router: APIRouter, center: Center) -> None:
    """Proving again who one is, and the second factor of one's own account."""

    @router.post("/session/step-up")
    async def step_up(request: Request, body: Proof) -> Response:
        """Prove again who one is, before what cannot be called back."""
        actor_of(request)
        until = await center.ask(
            center.accounts.step_up, request.state.session, body.password, body.code,
            address_of(request),
        )  # fmt: skip
        return answer({"proved_until": until})

    @router.post("/session/totp", status_code=201)
    async def begin(request: Request) -> Response:
        """A secret for one's own phone with its QR, counted once a code of it was given."""
        made = await center.ask(center.accounts.begin_totp, actor_of(request))
        return answer({**made, "svg": qr_svg(made["uri"])}, 201)

    @router.post("/session/totp/confirm")
    async def confirm(request: Request, body: Code) -> Response:
        """Take it into use; answers the backup codes, said this once."""
        codes = await center.ask(center.accounts.confirm_totp, actor_of(request), body.code)
        return answer({"backup_codes": codes})

    @router.post("/session/totp/stop")
    async def stop(request: Request, body: Code) -> Response:
        """Stop one's own second factor, with a code of it."""
        actor = actor_of(request)
        await center.ask(center.accounts.stop_totp, actor, actor.username, body.code)
        return Response(status_code=204)


def _keeping(router: APIRouter, center: Center) -> None:
    """What the administrator and the security officer do with an account."""

    @router.post("/accounts/{username}/identity")
    async def bind(request: Request, username: str, body: NewIdentity) -> Response:
        """Let a provider's subject sign in as this account."""
        await center.ask(center.accounts.bind, actor_of(request), username, body.subject)
        return Response(status_code=204)

    @router.delete("/accounts/{username}/identity")
    async def unbind(request: Request, username: str) -> Response:
        """Take it away again; sessions it opened end."""
        await center.ask(center.accounts.unbind, actor_of(request), username)
        return Response(status_code=204)

    @router.post("/accounts/{username}/role")
    async def role(request: Request, username: str, body: NewRole) -> Response:
        """Another role; the account's sessions and tokens end."""
        await center.ask(center.accounts.change_role, actor_of(request), username, body.role)
        return Response(status_code=204)

    @router.post("/accounts/{username}/unlock")
    async def unlock(request: Request, username: str) -> Response:
        """Lift a lock before its time."""
        await center.ask(center.accounts.unlock, actor_of(request), username)
        return Response(status_code=204)

    @router.post("/accounts/{username}/totp/reset")
    async def reset(request: Request, username: str) -> Response:
        """Take away a second factor that was lost."""
        await center.ask(center.accounts.stop_totp, actor_of(request), username)
        return Response(status_code=204)
