import json


def with_defaults(settings, defaults):
    merged = json.loads(json.dumps(defaults))
    merged.update(json.loads(json.dumps(settings)))
    return merged


# --- end
defaults = {f"k{n}": [n, n + 1] for n in range(60)}
print(sum(len(with_defaults({"k1": [n]}, defaults)) for n in range(3000)))
