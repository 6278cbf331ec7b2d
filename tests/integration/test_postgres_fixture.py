"""The throw-away PostgreSQL is real, empty, ours alone, and gone afterwards."""

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.postgres import throwaway_postgres, why_not


def test_the_session_server_answers(postgres_url):
    """A statement runs, in UTF-8 and UTC."""
    engine = sa.create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select '武汉'")) == "武汉"
        assert connection.scalar(sa.text("show timezone")) == "UTC"
        assert connection.scalar(sa.text("show server_encoding")) == "UTF8"
    engine.dispose()


@pytest.mark.postgres
def test_a_server_is_gone_after_its_block():
    """Leaving the block by an error stops the server all the same."""
    if reason := why_not():
        pytest.skip(reason)
    with pytest.raises(ZeroDivisionError), throwaway_postgres() as url:
        raise ZeroDivisionError
    engine = sa.create_engine(url, poolclass=NullPool)
    with pytest.raises(sa.exc.OperationalError), engine.connect():
        pass
