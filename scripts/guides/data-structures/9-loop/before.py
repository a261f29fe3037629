def histogram(words):
    counts = {}
    for word in words:
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


# --- end
print(sorted(histogram([f"w{n * n % 997}" for n in range(400_000)]).items())[:2])
