"""List the files of an archive."""

import io
import zipfile

import zipp

data = io.BytesIO()
with zipfile.ZipFile(data, "w") as archive:
    for i in range(900):
        archive.writestr(f"package/module{i % 30}/sub{i % 90}/file{i}.txt", "x")


def walk(path):
    for child in path.iterdir():
        if child.is_dir():
            yield from walk(child)
        else:
            yield child


print(sum(1 for _ in walk(zipp.Path(zipfile.ZipFile(data)))))
