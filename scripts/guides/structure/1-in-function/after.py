def main(words):
    if words and words[0] == "--xml":
        import xml.dom.minidom

        return xml.dom.minidom.parseString(words[1]).toxml()
    if words and words[0] == "--db":
        import sqlite3

        return sqlite3.connect(words[1]).total_changes
    return "usage: tool [--xml TEXT | --db FILE]"


# --- end
print(main([]))
