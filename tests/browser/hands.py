"""What a hand does on a page that a driver does not: two quick presses."""

from playwright.sync_api import Locator


def twice(button: Locator) -> None:
    """A button that asks for a second press: both within its four seconds, however slow we are."""
    button.hover()
    button.evaluate("button => { button.click(); button.click(); }")
