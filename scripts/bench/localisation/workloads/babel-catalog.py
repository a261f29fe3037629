"""Read a catalogue of translations."""

import io

from babel.messages.pofile import read_po

entry = '#. A comment\n#: app/views.py:{0} app/models.py:{0}\n#, python-format\nmsgid "Message {0} of %(name)s"\nmsgstr ""\n"Meldung {0}\\n"\n"von %(name)s"\n\n'
plural = 'msgid "one {0}"\nmsgid_plural "many {0}"\nmsgstr[0] "eins {0}"\nmsgstr[1] "viele {0}"\n\n'
text = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
text += "".join(entry.format(i) + plural.format(i) for i in range(6000))
print(len(read_po(io.BytesIO(text.encode()), locale="de")))
