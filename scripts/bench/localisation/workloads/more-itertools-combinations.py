"""Number hands and orders of cards, and find them again by number."""

from more_itertools import (
    chunked,
    combination_index,
    combination_with_replacement_index,
    nth_combination_with_replacement,
    nth_permutation,
)

cards = range(40)
total = 0
for n in range(9000):
    order = nth_permutation(cards, 5, n * 7919)
    hand = nth_combination_with_replacement(cards, 5, n * 101)
    total += combination_index(sorted(order), cards) + combination_with_replacement_index(hand, cards)
    total += sum(len(part) for part in chunked(order, 2))
print(total)
