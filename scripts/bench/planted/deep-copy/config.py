"""A configuration copied for each request, of which one value is changed."""
import copy

DEFAULTS = {f"section{n}": {f"key{m}": [m, str(m)] for m in range(20)} for n in range(10)}


def configure(request):
    settings = copy.deepcopy(DEFAULTS)
    settings["section0"]["key0"] = request
    return settings


def main():
    print(sum(len(configure(number)) for number in range(600)))


main()
