import asyncio
import email.message


def deliver(loop: asyncio.AbstractEventLoop, message: email.message.Message) -> str:
    return "delivered"


# --- end
print(deliver(None, None))
