"""New interpreters are observed even where the program sets a `PYTHONPATH` of its own for them.

That would lose sight of them. What they are given is completed at the very call that starts them; `os.environ` stays as
the program left it. An environment without our variable was made anew, and is nobody's to touch.
"""

from __future__ import annotations

import os
import sys

from .config import VARIABLE
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_VARIABLE, _PATH, _SEPARATOR = VARIABLE.encode(), b"PYTHONPATH", os.pathsep.encode()
_ENVIRONMENT = 5  # place among the arguments of `fork_exec`


class Offspring:
    """Completes the environment of new interpreters, so that they find our `sitecustomize` in `site`."""

    def __init__(self, site: str, folder: str) -> None:
        """`folder` is that of the pass, which an environment that descends from ours names."""
        self.site, self.folder = os.fsencode(site), os.fsencode(folder)

    def install(self) -> None:
        """Stand before the calls by which Python starts a program."""
        for name in ("posix_spawn", "posix_spawnp", "execve"):
            if hasattr(os, name):
                setattr(os, name, self._before_spawn(getattr(os, name)))
        os.execv = self._before_execv(os.execv, os.execve)
        os.pipe = self._before_pipe(os.pipe)

    def completed(self, environment: Mapping[bytes, bytes]) -> dict[bytes, bytes] | None:
        """`environment` with our folder on its path; None where it is there, or the environment is not ours."""
        path = environment.get(_PATH, b"")
        if environment.get(_VARIABLE) != self.folder or self.site in path.split(_SEPARATOR):
            return None
        return {**environment, _PATH: _SEPARATOR.join((self.site, path)) if path else self.site}

    def _before_pipe(self, original: Callable[[], tuple[int, int]]) -> Callable[[], tuple[int, int]]:
        """`subprocess` and `multiprocessing` make a pipe before each call of `fork_exec`, whose module is loaded by then.

        Loaded by us, it would come earlier than the program expects.
        """

        def pipe() -> tuple[int, int]:
            module = sys.modules.get("_posixsubprocess")
            fork_exec = getattr(module, "fork_exec", None)
            if fork_exec is not None and not hasattr(fork_exec, "__wrapped__"):
                hooked = self._before_fork_exec(fork_exec)
                for user in (module, sys.modules.get("subprocess")):
                    for name in ("fork_exec", "_fork_exec"):
                        if getattr(user, name, None) is fork_exec:
                            setattr(user, name, hooked)
            return original()

        return like(pipe, original)

    def _before_fork_exec(self, original: Callable[..., int]) -> Callable[..., int]:
        def fork_exec(*args: Any) -> int:
            try:
                args = self._of_fork_exec(args)
            except Exception:  # whatever is odd about the arguments is for the original to say
                pass
            return original(*args)

        return like(fork_exec, original)

    def _of_fork_exec(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        given = args[_ENVIRONMENT]
        environment = dict(os.environb) if given is None else dict(entry.split(b"=", 1) for entry in given)
        whole = self.completed(environment)
        if whole is None:
            return args
        listed = [name + b"=" + value for name, value in whole.items()]
        return (*args[:_ENVIRONMENT], listed, *args[_ENVIRONMENT + 1 :])

    def _before_spawn(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def spawn(path: Any, argv: Any, env: Any, *args: Any, **kwargs: Any) -> Any:
            return original(path, argv, self._of_mapping(env), *args, **kwargs)

        return like(spawn, original)

    def _before_execv(self, original: Callable[..., Any], execve: Callable[..., Any]) -> Callable[..., Any]:
        def execv(path: Any, argv: Any) -> Any:
            whole = self._of_mapping(os.environ)
            return original(path, argv) if whole is os.environ else execve(path, argv, whole)

        return like(execv, original)

    def _of_mapping(self, env: Any) -> Any:
        try:
            items = (os.environ if env is None else env).items()
            whole = self.completed({os.fsencode(name): os.fsencode(value) for name, value in items})
        except Exception:  # whatever is odd about the arguments is for the original to say
            return env
        return env if whole is None else whole
