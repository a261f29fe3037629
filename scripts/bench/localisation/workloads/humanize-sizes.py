"""List a directory for people: sizes, counts and ages of many files."""

from humanize import intcomma, naturaldelta, naturalsize, ordinal

length = 0
for n in range(40000):
    size = n * n * 977
    length += len(naturalsize(size)) + len(naturalsize(size, binary=True)) + len(naturalsize(str(size), gnu=True))
    if n % 4 == 0:
        length += len(intcomma(size)) + len(naturaldelta(n * 60)) + len(ordinal(n))
print(length)
