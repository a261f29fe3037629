from collections import Counter


def histogram(words):
    return Counter(words)


# --- end
print(sorted(histogram([f"w{n * n % 997}" for n in range(400_000)]).items())[:2])
