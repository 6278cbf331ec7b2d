"""Commands about information reports."""
