def join(orders, customers):
    by_id = {}
    for customer in customers:
        by_id.setdefault(customer["id"], []).append(customer["name"])
    return [(order["number"], name) for order in orders for name in by_id.get(order["customer"], ())]


# --- end
customers = [{"id": n * 7 % 1000, "name": f"c{n}"} for n in range(1000)]
orders = [{"number": n, "customer": n % 900} for n in range(1500)]
print(hash(tuple(number for number, _ in join(orders, customers))), len(join(orders[:50], customers)))
