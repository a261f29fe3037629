import asyncio


async def wait_for(state):
    await state.setdefault("ready", asyncio.Event()).wait()
    return state["value"]


def announce(state, value):
    state["value"] = value
    state.setdefault("ready", asyncio.Event()).set()


# --- end
async def main():
    total = 0
    for number in range(15):
        state = {}
        task = asyncio.create_task(wait_for(state))
        await asyncio.sleep(0.001)
        announce(state, number)
        total += await task
    print(total)


asyncio.run(main())
