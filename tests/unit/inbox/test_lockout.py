from portal.inbox.lockout import LOCK, MAX_FAILURES, Lockout
from tests.support.leads import Clock


def test_lockout(clock: Clock) -> None:
    lockout = Lockout(clock)
    for _ in range(MAX_FAILURES):
        assert lockout.wait("a") == 0
        lockout.failed("a")
    assert lockout.wait("a") == LOCK.total_seconds()
    assert lockout.wait("b") == 0
    clock.forward(seconds=LOCK.total_seconds())
    assert lockout.wait("a") == 0
    lockout.failed("b")
    lockout.passed("b")
    assert "b" not in lockout._failures
