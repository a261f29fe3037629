import asyncio


async def wait_for(state):
    while not state.get("ready"):
        await asyncio.sleep(0.02)
    return state["value"]


def announce(state, value):
    state["value"] = value
    state["ready"] = True


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
