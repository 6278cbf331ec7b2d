"""What a hand does on a page that a driver does not: two quick presses, words and then a reload."""

from playwright.sync_api import Locator


def twice(button: Locator) -> None:
    """A button that asks for a second press: both within its four seconds, however slow we are."""
    button.hover()
    # a redraw between finding the button and pressing it leaves one that nobody hears
    while not button.evaluate(
        "button => button.isConnected && (button.click(), button.click(), true)"
    ):
        pass


TYPED_AND_GONE = """(field, words) => {
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  location.reload();
}"""  # in one step: nothing that takes a while can have kept it
