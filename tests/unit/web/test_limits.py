import pytest
from fastapi import Request

from portal.web.limits import RateLimiter, same_site


def request(address: str = "192.0.2.1", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "client": (address, 1)})


def test_a_bucket_for_each_address() -> None:
    now = [0.0]
    limiter = RateLimiter(burst=3, seconds=10, clock=lambda: now[0])
    assert [limiter.wait(request()) for _ in range(4)] == [0, 0, 0, 10]
    assert limiter.wait(request("192.0.2.2")) == 0
    now[0] = 9.5
    assert limiter.wait(request()) == 1
    now[0] = 10
    assert [limiter.wait(request()), limiter.wait(request())] == [0, 10]


def test_one_customer_of_ipv6_is_one_address() -> None:
    limiter = RateLimiter(burst=1, seconds=10, clock=lambda: 0.0)
    assert limiter.wait(request("2001:db8::1")) == 0
    assert limiter.wait(request("2001:db8::ffff:1")) == 10
    assert limiter.wait(request("2001:db8:0:1::1")) == 0
    assert limiter.wait(request("testclient")) == 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.limits._MAX_ADDRESSES", 5)
    limiter = RateLimiter(burst=1, seconds=10, clock=lambda: 0.0)
    for number in range(100):
        assert limiter.wait(request(f"192.0.2.{number}")) == 0
        assert len(limiter._buckets) <= 5


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-origin", "origin": "null"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"origin": "https://invest.example", "host": "invest.example"}, True),
        ({"origin": "https://invest.example.evil", "host": "invest.example"}, False),
        ({"origin": "null", "host": "invest.example"}, False),
    ],
)
def test_other_sites(headers: dict[str, str], passes: bool) -> None:
    assert same_site(request(**headers)) is passes
