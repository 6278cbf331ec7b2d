"""E-mail 邮件: the whole text, the CAP message attached, the same Message-ID at every try."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from data.services.channels.base import Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

name = "email"
FOR_GOOD = 500  # SMTP: 5xx will be the same next time


def host(_parcel: Parcel, settings: ChannelSettings) -> str:
    """The mail server."""
    return f"{settings.email.get('host', '')}:{settings.email.get('port', 25)}"


def send(parcel: Parcel, settings: ChannelSettings) -> Sent:
    """Hand the letter to the mail server."""
    given = settings.email
    letter = letter_of(parcel, str(given.get("from", "")))
    try:
        with smtplib.SMTP(
            str(given["host"]), int(given.get("port", 25)), timeout=settings.timeout_s
        ) as link:
            if given.get("starttls"):
                link.starttls(context=ssl.create_default_context())
            if given.get("username"):
                link.login(str(given["username"]), str(given.get("password", "")))
            link.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        code = max((c for c, _ in error.recipients.values()), default=FOR_GOOD)
        raise Failed(f"邮件服务器不收这个地址（{code}）", again=code < FOR_GOOD) from error
    except smtplib.SMTPResponseException as error:
        again = error.smtp_code < FOR_GOOD
        raise Failed(f"邮件服务器答复 {error.smtp_code}", again=again) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Failed("连不上邮件服务器") from error
    return Sent()


def letter_of(parcel: Parcel, sender: str) -> EmailMessage:
    """The letter.

    Raises
    ------
    Failed
        When an address is none.
    """
    to = parseaddr(parcel.address)[1]
    if "@" not in to or "@" not in parseaddr(sender)[1]:
        raise Failed(f"邮件地址 {parcel.address[:60]} 有误", again=False)
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, to
    letter["Subject"] = parcel.headline.replace("\n", " ")
    letter["Date"] = formatdate()
    letter["Message-ID"] = (
        f"<{parcel.identifier}.{parcel.delivery}@{sender.rpartition('@')[2].strip('>')}>"
    )
    letter["X-Hubei-Delivery"] = parcel.delivery
    letter.set_content(parcel.text)
    letter.add_attachment(
        parcel.cap, maintype="application", subtype="cap+xml", filename=f"{parcel.identifier}.cap"
    )
    return letter
