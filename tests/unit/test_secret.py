"""How passwords are kept: the program's own hasher, which other tests replace by a quick one."""

import pytest
from argon2.exceptions import VerifyMismatchError

from data.services.secret import HASHER  # taken before any fixture replaces it


def test_a_password_is_kept_as_the_cheat_sheet_asks():
    """argon2id with 19 MiB, two passes, one lane; it takes its own word and no other."""
    kept = HASHER.hash("test-password-1")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert HASHER.verify(kept, "test-password-1")
    with pytest.raises(VerifyMismatchError):
        HASHER.verify(kept, "test-password-2")
    assert kept != HASHER.hash("test-password-1")  # salted
