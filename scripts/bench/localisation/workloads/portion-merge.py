"""Merge the opening hours of many rooms and find what is free."""

import portion as P

free = P.closed(0, 100000)
busy = P.empty()
for i in range(260):
    start = i * 7919 % 100000
    slot = P.closedopen(start, start + 60)
    if not busy.overlaps(slot):
        busy |= slot
    free -= slot
print(len(busy), len(free & P.closed(1000, 50000)))
