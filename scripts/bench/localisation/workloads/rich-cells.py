"""A report on a terminal: panels, a table and wrapped text in several scripts."""

import io

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

console = Console(file=io.StringIO(), width=90, force_terminal=True)
words = ["deploy", "naïve", "部署完成", "エラーなし", "checksum-0123456789abcdef", "ok", "ждать", "in", "queue", "🎉"]
for page in range(26):
    table = Table("id", "what", "note", title=f"page {page}")
    for row in range(60):
        text = " ".join(words[(row * k + page) % 10] + str(row * page % 13) for k in range(1, 9))
        table.add_row(str(row), words[row % 10] * 2, text)
    console.print(table)
    for row in range(12):
        console.print(Panel(" ".join(words[(row + k) % 10] * (k % 7 + 1) for k in range(40)), title=str(row)))
print(len(console.file.getvalue()) > 0)
