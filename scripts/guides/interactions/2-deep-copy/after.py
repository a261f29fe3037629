DEFAULTS = {f"section{n}": {f"key{m}": (m, str(m)) for m in range(20)} for n in range(10)}


def configure(request):
    return {**DEFAULTS, "section0": {**DEFAULTS["section0"], "key0": request}}


# --- end
print(sum(configure(number)["section0"]["key0"] for number in range(300)))
