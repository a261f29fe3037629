import zlib


def sums(data, size):
    view = memoryview(data)
    blocks = [view[start:] for start in range(0, len(data), size)]
    return [zlib.crc32(block) for block in blocks]


# --- end
print(sum(sums(bytes(range(256)) * 8000, 100_000)))
