"""Sliders, number boxes, choices, cards, text with mathematics."""
