from dataclasses import make_dataclass

MESSAGES = [make_dataclass(f"Message{n}", [("number", int), ("text", str), ("sender", str)]) for n in range(60)]


def message(kind, *values):
    made = MESSAGES[kind]
    return made(*values)


# --- end
print(message(3, 1, "t", "s").text)
