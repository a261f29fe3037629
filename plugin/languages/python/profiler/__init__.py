"""The unified profiler: one profile of a Python command over CPU, memory, collector and asyncio.

Data flows one way: `collect` (inside the target) → `storage` → `analyse` → `render`; `launch` runs the command,
`passes` says which runs are made. Standard library only, so that the one file built from it runs anywhere.
"""

__version__ = "0.1.0"
