def best(scores, rounds):
    return [min(scores, key=lambda score: (score * number) % 1009) for number in range(rounds)]


# --- end
print(sum(best(list(range(20_000)), 12)))
