"""A shell's prompt: words are typed and completed from a long list, menus with descriptions are drawn."""

import io

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import FuzzyWordCompleter, WordCompleter
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

words = [f"{verb}-{noun}{n}" for verb in ("get", "set", "list", "remove") for noun in ("user", "role", "key") for n in range(150)]
meta = {word: f"what {word} does" for word in words}
out = Vt100_Output(io.StringIO(), lambda: Size(rows=40, columns=100), term="xterm")
answers = []
for make in (WordCompleter(words, meta_dict=meta), FuzzyWordCompleter(words, meta_dict=meta)):
    with create_pipe_input() as source:
        session = PromptSession(input=source, output=out, completer=make, complete_while_typing=True)

        def keys(session=session, source=source):
            import asyncio

            async def typing():
                for key in "get-u" + "\t\t\t" + " set-r" + "\t\t" + " li" + "\t\t\t\t":
                    source.send_text(key)
                    await asyncio.sleep(0.05)
                source.send_text("\r")

            asyncio.get_running_loop().create_task(typing())

        answers.append(session.prompt("> ", pre_run=keys))
print(len(answers))
