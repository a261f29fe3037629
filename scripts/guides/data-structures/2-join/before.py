def join(orders, customers):
    found = []
    for order in orders:
        for customer in customers:
            if customer["id"] == order["customer"]:
                found.append((order["number"], customer["name"]))
    return found


# --- end
customers = [{"id": n * 7 % 1000, "name": f"c{n}"} for n in range(1000)]
orders = [{"number": n, "customer": n % 900} for n in range(1500)]
print(hash(tuple(number for number, _ in join(orders, customers))), len(join(orders[:50], customers)))
