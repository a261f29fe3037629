"""Measure the columns of a table of mixed scripts."""

from wcwidth import wcswidth

WORDS = ["hello world", "コンニチハ, セカイ!", "naïve café", "--–—", "한국어 텍스트", "e\u0301clair", "данные таблицы"]
print(sum(wcswidth(word) for _ in range(22000) for word in WORDS))
