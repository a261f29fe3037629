import types

INIT = """
import asyncio as net
import email.mime.multipart as mail
import decimal as numbers
"""
package = types.ModuleType("package")  # stands for the package whose __init__.py this is
exec(INIT, package.__dict__)


# --- end
print(package.numbers.Decimal("1.5") * 2)
