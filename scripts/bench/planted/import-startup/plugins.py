"""All plugins are loaded to run one of them."""
import importlib

NAMES = (
    "asyncio", "bdb", "cgitb", "code", "csv", "ctypes", "difflib", "doctest", "email.mime.text", "ftplib", "html.parser",
    "imaplib", "lib2to3.pytree", "mailbox", "nntplib", "optparse", "pdb", "pickletools", "plistlib", "poplib", "pydoc",
    "smtplib", "sqlite3", "tarfile", "telnetlib", "turtle", "unittest", "venv", "webbrowser", "xml.sax", "zipapp",
)


def load():
    found = {}
    for name in NAMES:
        try:
            found[name] = importlib.import_module(name)
        except ImportError:
            continue
    return found


def main():
    print(load()["csv"].QUOTE_ALL)


main()
