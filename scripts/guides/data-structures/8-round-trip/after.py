def with_defaults(settings, defaults):
    return {**defaults, **settings}


# --- end
defaults = {f"k{n}": [n, n + 1] for n in range(60)}
print(sum(len(with_defaults({"k1": [n]}, defaults)) for n in range(3000)))
