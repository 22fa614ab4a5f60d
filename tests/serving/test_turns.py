"""Who computes next, and who is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.turns import HALF_LIFE, MOST_OF_A_PAGE, Refused, Turns
from tests.clock import Clock


def queue(turns, order, served, clock=None):
    """Ask for turns in this order while somebody has one: who asked in the order of theirs, a second for each.

    Who asks is an address, or "address/page".
    """
    threads = []

    def ask(who):
        with turns.turn(*who.split("/")):
            served.append(who)
            if clock:
                clock.now += 1

    for who in order:
        thread = threading.Thread(target=ask, args=(who,))
        before = turns.waiting
        thread.start()
        while turns.waiting == before and thread.is_alive():
            pass
        threads.append(thread)
    return threads


def use(turns, clock, address, seconds, page=None, pages=1.0):
    with turns.turn(address, page, pages):
        clock.now += seconds


def test_one_at_a_time():
    turns, inside, most = Turns(100, 10, 10), [], []

    def work(_):
        with turns.turn("a"):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(500)))
    assert most == [1] * 500
    assert turns.waiting == 0


def test_those_who_wait_share_the_time_and_each_keeps_its_order():
    clock = Clock()
    turns, served = Turns(20, 10, 100, clock=clock), []
    with turns.turn("somebody"):
        waiting = queue(turns, ["a", "a", "a", "b", "b", "c"], served, clock)
    for thread in waiting:
        thread.join()
    assert served == ["a", "b", "c", "a", "b", "a"]


def test_what_was_computed_before_is_neither_punished_nor_rewarded():
    """A class that has worked for an hour does not wait for somebody who has just come, nor the other way round."""
    clock = Clock()
    turns, served = Turns(20, 10, 1e9, clock=clock), []
    for _ in range(1000):
        use(turns, clock, "school", 1)
    with turns.turn("somebody"):
        waiting = queue(turns, ["greedy"] * 6 + ["school"] * 2, served, clock)
    for thread in waiting:
        thread.join()
    assert served == ["greedy", "school", "greedy", "school", *["greedy"] * 4]


def test_who_comes_now_and_then_waits_for_one_other_at_most():
    clock = Clock()
    turns, served = Turns(30, 10, 1e9, clock=clock), []
    with turns.turn("greedy"):
        waiting = queue(turns, ["greedy"] * 15, served, clock)
        clock.now += 1
        waiting += queue(turns, ["school"], served, clock)
    for thread in waiting:
        thread.join()
    assert served.index("school") <= 1


def test_a_class_behind_one_address_may_use_all_there_is():
    clock = Clock()
    turns = Turns(10, 10, 5, clock=clock)
    for _ in range(1000):
        use(turns, clock, "school", 0.1)


def test_of_an_address_the_page_that_had_least_is_next_and_its_own_requests_stay_in_order():
    clock = Clock()
    turns, served = Turns(20, 100, 1e9, clock=clock), []
    with turns.turn("school", "runaway"):
        clock.now += 5
        waiting = queue(turns, ["school/runaway"] * 3 + ["school/pupil", "school", "school/pupil"], served, clock)
    for thread in waiting:
        thread.join()
    assert served == [*["school/pupil", "school", "school/pupil"], *["school/runaway"] * 3]


def test_a_runaway_page_fills_no_more_than_its_places():
    turns, served = Turns(40, 100, 1e9), []
    with turns.turn("somebody"):
        waiting = queue(turns, ["school/runaway"] * MOST_OF_A_PAGE, served)
        with pytest.raises(Refused) as refusal, turns.turn("school", "runaway"):
            pass
        assert not refusal.value.crowded
        waiting += queue(turns, ["school/pupil", *["school"] * 20], served)  # what has no name may be many
    for thread in waiting:
        thread.join()
    assert len(served) == MOST_OF_A_PAGE + 21


def test_who_asks_more_than_all_others_is_refused_while_they_ask_until_it_has_faded():
    clock = Clock()
    turns = Turns(10, 10, 5, clock=clock)
    use(turns, clock, "school", 2)
    use(turns, clock, "greedy", 10)
    with pytest.raises(Refused) as refusal, turns.turn("greedy"):
        pass
    assert not refusal.value.crowded
    assert refusal.value.retry_after == HALF_LIFE
    use(turns, clock, "school", 0.1)
    clock.now += refusal.value.retry_after
    use(turns, clock, "greedy", 0.1)


def test_the_second_most_greedy_is_not_refused():
    clock = Clock()
    turns = Turns(10, 10, 5, clock=clock)
    use(turns, clock, "school", 8)
    use(turns, clock, "greedy", 9)
    use(turns, clock, "school", 0.1)


@pytest.mark.parametrize("page", ["wild", ""])
def test_a_page_that_asks_most_of_all_is_refused_and_no_other_of_its_address(page):
    clock = Clock()
    turns = Turns(10, 10, 100, 20, clock=clock)
    for _ in range(40):  # nobody else asks
        use(turns, clock, "school", 0.01, page)
    use(turns, clock, "school", 10, "pupil")  # one long computation is no running wild
    use(turns, clock, "school", 10, "pupil")
    for _ in range(40):
        clock.now += 0.01
        with pytest.raises(Refused) as refusal, turns.turn("school", page):
            pass
    assert not refusal.value.crowded
    use(turns, clock, "school", 0.1, "pupil")
    clock.now += refusal.value.retry_after
    use(turns, clock, "school", 0.1, page)


def test_what_has_no_name_and_may_be_many_is_not_refused_for_what_each_of_them_may_have():
    clock = Clock()
    turns = Turns(10, 10, 100, 2, clock=clock)
    use(turns, clock, "school", 0.1, "pupil")
    for _ in range(300):
        use(turns, clock, "school", 0.01, "", 300)


def test_visits_are_of_no_page_and_never_too_many():
    clock = Clock()
    turns = Turns(10, 10, 100, 2, clock=clock)
    use(turns, clock, "school", 0.1, "pupil")
    for _ in range(300):
        use(turns, clock, "school", 0.05)


def test_too_many_waiting_are_refused_one_address_before_the_others():
    turns, served = Turns(8, 10, 100), []
    with turns.turn("somebody"):
        waiting = queue(turns, [f"a/{page}" for page in range(7)], served)
        with pytest.raises(Refused) as refusal, turns.turn("a", "7"):
            pass
        assert not refusal.value.crowded
        waiting += queue(turns, ["b"], served)
        with pytest.raises(Refused) as refusal, turns.turn("c"):
            pass
        assert refusal.value.crowded
        assert refusal.value.retry_after >= 1
    for thread in waiting:
        thread.join()
    assert sorted(served) == [*(f"a/{page}" for page in range(7)), "b"]


def test_who_has_waited_too_long_is_refused_and_keeps_no_place():
    turns = Turns(4, 0.01, 100)
    with turns.turn("somebody"):
        for _ in range(20):
            with pytest.raises(Refused) as refusal, turns.turn("a"):
                pass
            assert refusal.value.crowded
            assert turns.waiting == 0
    with turns.turn("a"):
        pass


def test_a_turn_that_failed_is_handed_on():
    turns = Turns(4, 10, 100)
    with pytest.raises(ZeroDivisionError), turns.turn("a"):
        1 / 0  # noqa: B018
    with turns.turn("b") as waited:
        assert waited < 1


def test_addresses_that_have_not_asked_of_late_are_forgotten():
    clock = Clock()
    turns = Turns(4, 10, 100, clock=clock)
    for address in range(1000):
        use(turns, clock, str(address), 0.01)
    clock.now += 10 * HALF_LIFE
    use(turns, clock, "a", 0.01)
    assert len(turns._used) == 1
    assert not turns._places_on_clock
