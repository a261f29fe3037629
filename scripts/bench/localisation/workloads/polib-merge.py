"""Bring a translation up to date with a new template."""

import polib

catalogue, template = polib.POFile(), polib.POFile()
for i in range(1300):
    catalogue.append(polib.POEntry(msgid=f"Message number {i}", msgstr=f"Meldung {i}", occurrences=[("a.py", str(i))]))
    template.append(polib.POEntry(msgid=f"Message number {i + 40}", occurrences=[("b.py", str(i))]))
catalogue.merge(template)
print(len(catalogue), len(catalogue.obsolete_entries()))
