"""Which request is computed next, and which is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.queue import HALF_LIFE, MAX_PER_PAGE, FairQueue, Refused
from tests.clock import Clock


def wait(queue, order, served, clock=None):
    """Queue requests in this order while another is computed; `served` gets their order, a second for each.

    A client is an address, or "address/page".
    """
    threads = []

    def ask(who):
        with queue.enter(*who.split("/")):
            served.append(who)
            if clock:
                clock.now += 1

    for who in order:
        thread = threading.Thread(target=ask, args=(who,))
        before = queue.waiting
        thread.start()
        while queue.waiting == before and thread.is_alive():
            pass
        threads.append(thread)
    return threads


def use(queue, clock, address, seconds, page=None, pages=1.0):
    with queue.enter(address, page, pages):
        clock.now += seconds


def test_one_at_a_time():
    queue, inside, most = FairQueue(100, 10, 10), [], []

    def work(_):
        with queue.enter("a"):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(500)))
    assert most == [1] * 500
    assert queue.waiting == 0


def test_waiting_clients_share_the_time_and_each_keeps_its_order():
    clock = Clock()
    queue, served = FairQueue(20, 10, 100, clock=clock), []
    with queue.enter("somebody"):
        waiting = wait(queue, ["a", "a", "a", "b", "b", "c"], served, clock)
    for thread in waiting:
        thread.join()
    assert served == ["a", "b", "c", "a", "b", "a"]


def test_earlier_computations_are_neither_punished_nor_rewarded():
    """Neither a class that has worked for an hour nor a newcomer waits longer than the other."""
    clock = Clock()
    queue, served = FairQueue(20, 10, 1e9, clock=clock), []
    for _ in range(1000):
        use(queue, clock, "school", 1)
    with queue.enter("somebody"):
        waiting = wait(queue, ["greedy"] * 6 + ["school"] * 2, served, clock)
    for thread in waiting:
        thread.join()
    assert served == ["greedy", "school", "greedy", "school", *["greedy"] * 4]


def test_an_occasional_client_waits_for_at_most_one_other():
    clock = Clock()
    queue, served = FairQueue(30, 10, 1e9, clock=clock), []
    with queue.enter("greedy"):
        waiting = wait(queue, ["greedy"] * 15, served, clock)
        clock.now += 1
        waiting += wait(queue, ["school"], served, clock)
    for thread in waiting:
        thread.join()
    assert served.index("school") <= 1


def test_a_class_behind_one_address_may_use_all_the_time():
    clock = Clock()
    queue = FairQueue(10, 10, 5, clock=clock)
    for _ in range(1000):
        use(queue, clock, "school", 0.1)


def test_the_page_of_an_address_with_the_least_time_is_next_and_its_requests_stay_in_order():
    clock = Clock()
    queue, served = FairQueue(20, 100, 1e9, clock=clock), []
    with queue.enter("school", "runaway"):
        clock.now += 5
        waiting = wait(queue, ["school/runaway"] * 3 + ["school/pupil", "school", "school/pupil"], served, clock)
    for thread in waiting:
        thread.join()
    assert served == [*["school/pupil", "school", "school/pupil"], *["school/runaway"] * 3]


def test_a_runaway_page_fills_only_its_places():
    queue, served = FairQueue(40, 100, 1e9), []
    with queue.enter("somebody"):
        waiting = wait(queue, ["school/runaway"] * MAX_PER_PAGE, served)
        with pytest.raises(Refused) as refusal, queue.enter("school", "runaway"):
            pass
        assert not refusal.value.overloaded
        waiting += wait(queue, ["school/pupil", *["school"] * 20], served)  # without a name: perhaps many pages
    for thread in waiting:
        thread.join()
    assert len(served) == MAX_PER_PAGE + 21


def test_the_greediest_client_is_refused_until_its_use_has_decayed():
    clock = Clock()
    queue = FairQueue(10, 10, 5, clock=clock)
    use(queue, clock, "school", 2)
    use(queue, clock, "greedy", 10)
    with pytest.raises(Refused) as refusal, queue.enter("greedy"):
        pass
    assert not refusal.value.overloaded
    assert refusal.value.retry_after == HALF_LIFE
    use(queue, clock, "school", 0.1)
    clock.now += refusal.value.retry_after
    use(queue, clock, "greedy", 0.1)


def test_the_second_most_greedy_is_not_refused():
    clock = Clock()
    queue = FairQueue(10, 10, 5, clock=clock)
    use(queue, clock, "school", 8)
    use(queue, clock, "greedy", 9)
    use(queue, clock, "school", 0.1)


@pytest.mark.parametrize("page", ["wild", ""])
def test_the_greediest_page_is_refused_and_no_other_of_its_address(page):
    clock = Clock()
    queue = FairQueue(10, 10, 100, 20, clock=clock)
    for _ in range(40):  # there are no other clients
        use(queue, clock, "school", 0.01, page)
    use(queue, clock, "school", 10, "pupil")  # one long computation is not greedy
    use(queue, clock, "school", 10, "pupil")
    for _ in range(40):
        clock.now += 0.01
        with pytest.raises(Refused) as refusal, queue.enter("school", page):
            pass
    assert not refusal.value.overloaded
    use(queue, clock, "school", 0.1, "pupil")
    clock.now += refusal.value.retry_after
    use(queue, clock, "school", 0.1, page)


def test_unnamed_pages_are_not_refused_for_the_sum_of_their_shares():
    clock = Clock()
    queue = FairQueue(10, 10, 100, 2, clock=clock)
    use(queue, clock, "school", 0.1, "pupil")
    for _ in range(300):
        use(queue, clock, "school", 0.01, "", 300)


def test_visits_without_a_page_are_never_too_many():
    clock = Clock()
    queue = FairQueue(10, 10, 100, 2, clock=clock)
    use(queue, clock, "school", 0.1, "pupil")
    for _ in range(300):
        use(queue, clock, "school", 0.05)


def test_of_too_many_waiting_one_address_is_refused_before_the_others():
    queue, served = FairQueue(8, 10, 100), []
    with queue.enter("somebody"):
        waiting = wait(queue, [f"a/{page}" for page in range(7)], served)
        with pytest.raises(Refused) as refusal, queue.enter("a", "7"):
            pass
        assert not refusal.value.overloaded
        waiting += wait(queue, ["b"], served)
        with pytest.raises(Refused) as refusal, queue.enter("c"):
            pass
        assert refusal.value.overloaded
        assert refusal.value.retry_after >= 1
    for thread in waiting:
        thread.join()
    assert sorted(served) == [*(f"a/{page}" for page in range(7)), "b"]


def test_a_request_that_waited_too_long_is_refused_and_leaves_the_queue():
    queue = FairQueue(4, 0.01, 100)
    with queue.enter("somebody"):
        for _ in range(20):
            with pytest.raises(Refused) as refusal, queue.enter("a"):
                pass
            assert refusal.value.overloaded
            assert queue.waiting == 0
    with queue.enter("a"):
        pass


def test_a_failed_computation_lets_the_next_start():
    queue = FairQueue(4, 10, 100)
    with pytest.raises(ZeroDivisionError), queue.enter("a"):
        1 / 0  # noqa: B018
    with queue.enter("b") as waited:
        assert waited < 1


def test_addresses_without_recent_requests_are_forgotten():
    clock = Clock()
    queue = FairQueue(4, 10, 100, clock=clock)
    for address in range(1000):
        use(queue, clock, str(address), 0.01)
    clock.now += 10 * HALF_LIFE
    use(queue, clock, "a", 0.01)
    assert len(queue._address_seconds) == 1
    assert not queue._positions
