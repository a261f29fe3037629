"""Index a text: the stems of its words in two languages, as a search engine wants them."""

from snowballstemmer import stemmer

ENGLISH = (
    "national nationality generously communication relational conditional vacillating happiness running "
    "abilities hopefully electricity adjustment replacement activating rationalised ponies caresses sensibilities"
).split()
FRENCH = (
    "continuellement nationalités généreusement majestueuses vivement rapidité chanteraient finissons "
    "communications grandes heureusement abandonnées mouvements"
).split()
found = set()
for language, words in (("english", ENGLISH), ("french", FRENCH)):
    stem = stemmer(language)
    for n in range(600):
        found.update(stem.stemWords([word + "s" * (n % 2) for word in words]))
print(len(found))
