"""Two tables joined by comparing each row with each."""


def join(orders, customers):
    found = []
    for order in orders:
        for customer in customers:
            if customer["id"] == order["customer"]:
                found.append((order["id"], customer["name"]))
    return found


def main():
    customers = [{"id": number, "name": str(number)} for number in range(3000)]
    orders = [{"id": number, "customer": number} for number in range(3000)]
    print(len(join(orders, customers)))


main()
