import re

WORDS = [f"name{n}" for n in range(60)]
ANY = re.compile(r"\b(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")\b")


def replace(text):
    return ANY.sub(lambda found: found[0].upper(), text)


# --- end
text = " ".join(f"name{n % 90} and more words" for n in range(300))
print(hash("".join(replace(text) for _ in range(12))) is not None, replace(text)[:40])
