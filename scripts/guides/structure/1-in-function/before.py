import sqlite3
import unittest.mock
import xml.dom.minidom


def main(words):
    if words and words[0] == "--xml":
        return xml.dom.minidom.parseString(words[1]).toxml()
    if words and words[0] == "--db":
        return sqlite3.connect(words[1]).total_changes
    return unittest.mock and "usage: tool [--xml TEXT | --db FILE]"


# --- end
print(main([]))
