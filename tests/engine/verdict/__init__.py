"""Tests of the verdict and its gates."""
