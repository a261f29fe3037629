import re

WORDS = [f"name{n}" for n in range(60)]


def replace(text):
    for word in WORDS:
        text = re.sub(rf"\b{word}\b", word.upper(), text)
    return text


# --- end
text = " ".join(f"name{n % 90} and more words" for n in range(300))
print(hash("".join(replace(text) for _ in range(12))) is not None, replace(text)[:40])
