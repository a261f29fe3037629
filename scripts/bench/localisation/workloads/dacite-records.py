"""Turn decoded JSON into data classes."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Union

from dacite import from_dict


@dataclass
class Line:
    product: str
    amount: int
    price: Optional[float]


@dataclass
class Order:
    id: int
    customer: str
    lines: List[Line]
    tags: Dict[str, str]
    note: Union[str, int, None] = None


record = {
    "id": 1,
    "customer": "somebody",
    "lines": [{"product": f"p{i}", "amount": i, "price": i * 1.5} for i in range(6)],
    "tags": {"a": "b", "c": "d"},
    "note": 3,
}
for _ in range(1500):
    order = from_dict(Order, record)
print(len(order.lines))
