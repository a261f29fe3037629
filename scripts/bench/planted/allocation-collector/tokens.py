"""A tokenizer that makes a list of lists out of every line and keeps all of them."""


def tokenize(lines):
    return [[[word] for word in line.split()] for line in lines]


def main():
    lines = ["the quick brown fox jumps over the lazy dog"] * 60_000
    documents = []
    for _ in range(2):
        documents.append(tokenize(lines))
    print(len(documents))


main()
