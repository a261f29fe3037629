TEXT = "\n".join(f"Key-{number}: value {number}" for number in range(60)) + "\n\n"


def headers(text):
    found = {}
    for line in text.partition("\n\n")[0].split("\n"):
        name, _, value = line.partition(":")
        found[name] = value.strip()
    return found


# --- end
print(sum(len(headers(TEXT)) for _ in range(20)))
