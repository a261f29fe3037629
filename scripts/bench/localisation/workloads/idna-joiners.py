"""Domain names in many scripts, encoded and decoded again; some labels hold joiners between letters of Persian."""

import idna

labels = ["bücher", "пример", "例え", "παράδειγμα", "مثال", "ex-ample", "نامه\u200cای"]
joined = ["".join("\u0628\u200c" for _ in range(n)) + "\u0628" for n in (3, 8, 14, 20, 26)]
names = [f"{label}.example" for label in labels] + [f"{label}.example" for label in joined]
size = 0
for _ in range(220):
    for name in names:
        try:
            encoded = idna.encode(name, uts46=True)
        except idna.IDNAError:
            continue
        size += len(encoded) + len(idna.decode(encoded))
print(size)
