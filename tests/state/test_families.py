"""The cards of the families agree with the engine and with one another."""

from __future__ import annotations

import pytest

from components.state.families import CARDS


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_has_every_parameter_of_the_engine_in_its_order(card):
    assert [parameter.name for parameter in card.parameters] == list(card.engine.kinds)


def test_a_parameter_of_several_families_has_the_same_words_in_all():
    """The browser finds its symbol and its word by its name."""
    found = {}
    for card in CARDS.values():
        for p in card.parameters:
            words = p.request, p.symbol, p.word, p.heading
            assert found.setdefault(p.name, words) == words
