"""Measurements: every figure that README or docs/ claim is printed by a command here."""
