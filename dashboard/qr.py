"""A QR code as SVG, made here: the secret in it is shown to no other service."""

from __future__ import annotations

import base64

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

QUIET = 4  # modules of white around it (ISO/IEC 18004)


def qr_svg(text: str) -> str:
    """The code as one SVG, black on white, a unit a module."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    dark = "".join(
        f"M{column + QUIET},{row + QUIET}h1v1h-1z"
        for row in range(size)
        for column in range(size)
        if code.isDark(row, column)
    )
    whole = size + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img">'
        f'<path fill="#fff" d="M0,0h{whole}v{whole}h-{whole}z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )


def qr_picture(text: str) -> str:
    """The code as the address of a picture."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(text).encode()).decode()
