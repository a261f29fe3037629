"""A terminal follows the output of a build: colours, progress bars, cursor movements, screens cleared."""

import pyte

screen = pyte.Screen(100, 40)
stream = pyte.Stream()
stream.attach(screen)
lines = 0
for n in range(1300):
    text = f"\x1b[32m[{n:4}]\x1b[0m compiling module_{n}.c with -O2 -Wall ... \x1b[1;31mwarning\x1b[0m: unused variable 'x'\r\n"
    bar = "".join(f"\r\x1b[K{'#' * (k * 5)}{'.' * (40 - k * 5)} {k * 12}%" for k in range(8))
    stream.feed(text + bar + "\r\n")
    if n % 40 == 39:
        stream.feed("\x1b[2J\x1b[H\x1b[4;10Hmenu\x1b[5;10H* item\x1b[L\x1b[3P")
        lines += sum(bool(line.strip()) for line in screen.display)
print(lines)
