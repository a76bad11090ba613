"""The PostgreSQL server that the conformance tests run on is a real one."""

from __future__ import annotations

import psycopg


def test_the_server_answers(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        row = connection.execute("select sum(n) from generate_series(1, 4) as s(n)").fetchone()
    assert row == (10,)
