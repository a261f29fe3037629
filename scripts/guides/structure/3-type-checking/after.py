from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import email.message


def deliver(loop: asyncio.AbstractEventLoop, message: email.message.Message) -> str:
    return "delivered"


# --- end
print(deliver(None, None))
