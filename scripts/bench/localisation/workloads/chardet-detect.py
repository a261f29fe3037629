"""Find the encodings of files."""

import chardet

russian = "Съешь же ещё этих мягких французских булок, да выпей чаю. Данные таблицы приведены ниже. " * 500
for encoding in ("windows-1251", "koi8-r", "utf-8"):
    print(chardet.detect(russian.encode(encoding)))
greek = "Η γρήγορη καφέ αλεπού πηδάει πάνω από το τεμπέλικο σκυλί. " * 500
print(chardet.detect(greek.encode("iso-8859-7")))
