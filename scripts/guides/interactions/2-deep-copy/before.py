import copy

DEFAULTS = {f"section{n}": {f"key{m}": (m, str(m)) for m in range(20)} for n in range(10)}


def configure(request):
    settings = copy.deepcopy(DEFAULTS)
    settings["section0"]["key0"] = request
    return settings


# --- end
print(sum(configure(number)["section0"]["key0"] for number in range(300)))
