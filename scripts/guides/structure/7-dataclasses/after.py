class Message:
    __slots__ = ("number", "sender", "text")

    def __init__(self, number, text, sender):
        self.number = number
        self.text = text
        self.sender = sender


MESSAGES = [type(f"Message{n}", (Message,), {"__slots__": ()}) for n in range(60)]


def message(kind, *values):
    made = MESSAGES[kind]
    return made(*values)


# --- end
print(message(3, 1, "t", "s").text)
