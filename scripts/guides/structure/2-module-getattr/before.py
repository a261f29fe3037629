import types

package = types.ModuleType("package")
exec('''
import asyncio as net
import email.mime.multipart as mail
import decimal as numbers
''', package.__dict__)


# --- end
print(package.numbers.Decimal("1.5") * 2)
