from __future__ import annotations


def test_start(client):
    r = client.get("/")
    assert r.status_code == 200
