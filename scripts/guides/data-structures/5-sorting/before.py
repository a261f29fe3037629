def best(scores, rounds):
    found = []
    for number in range(rounds):
        found.append(sorted(scores, key=lambda score: (score * number) % 1009)[0])
    return found


# --- end
print(sum(best(list(range(20_000)), 12)))
