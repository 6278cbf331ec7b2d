"""What browsers are told about every answer: where its parts may come from, and what it may do."""

from __future__ import annotations

from collections.abc import Sequence

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def content_policy(script_hashes: list[str], video_hosts: Sequence[str] = ()) -> str:
    """The Content-Security-Policy: our own files and Dash's counted inline scripts, no eval.

    Pictures and video may also come from the configured cameras' hosts, and nothing else may.
    """
    scripts = " ".join(["'self'", *script_hashes])
    cameras = "".join(f" {host}" for host in video_hosts)
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:{cameras}; font-src 'self' data:; connect-src 'self'; "
        f"worker-src 'self'; manifest-src 'self'; media-src 'self' data: blob:{cameras}; "
        "base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
