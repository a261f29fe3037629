"""Split reports into sentences."""

from nltk.tokenize.punkt import PunktSentenceTokenizer

text = "Dr. Smith went to Washington on Jan. 5th. He said that the U.S. economy grew by 3.2 percent. What now? Nobody knows... Mr. Jones, of Acme Inc., disagreed! "
tokenizer = PunktSentenceTokenizer()
for _ in range(4):
    sentences = tokenizer.tokenize(text * 400)
print(len(sentences))
