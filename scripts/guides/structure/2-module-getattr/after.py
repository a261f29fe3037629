import types

INIT = """
_PARTS = {"net": "asyncio", "mail": "email.mime.multipart", "numbers": "decimal"}


def __getattr__(name):
    if name not in _PARTS:
        raise AttributeError(name)
    from importlib import import_module

    globals()[name] = found = import_module(_PARTS[name])
    return found
"""
package = types.ModuleType("package")  # stands for the package whose __init__.py this is
exec(INIT, package.__dict__)


# --- end
print(package.numbers.Decimal("1.5") * 2)
