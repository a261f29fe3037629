import gc


def serve(tables, requests):
    gc.freeze()  # the tables live as long as the process
    total = 0
    for number in range(requests):
        answer = [[number, key] for key in range(40)]
        total += len(answer) + len(tables)
    return total


# --- end
tables = [{"id": n, "tags": [n]} for n in range(150_000)]
held = []
print(serve(tables, 12_000))
