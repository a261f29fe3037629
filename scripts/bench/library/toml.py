"""Requirements of a project file: the TOML library from before the standard library had one."""

import tomllib

import toml


def requirements_old(text):
    return toml.loads(text)["project"]["dependencies"]


def requirements_new(text):
    return tomllib.loads(text)["project"]["dependencies"]
