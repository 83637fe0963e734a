"""Schemes that identify a set: sign, zero and narrative restrictions, rotations, robust bounds."""
