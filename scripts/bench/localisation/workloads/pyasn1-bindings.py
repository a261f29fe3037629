"""Answers of devices in a monitoring protocol: sequences of object identifiers and values, decoded."""

from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import namedtype, univ


class Binding(univ.Sequence):
    componentType = namedtype.NamedTypes(
        namedtype.NamedType("name", univ.ObjectIdentifier()), namedtype.NamedType("value", univ.OctetString())
    )


class Bindings(univ.SequenceOf):
    componentType = Binding()


messages = []
for n in range(12):
    bindings = Bindings()
    for k in range(12):
        arcs = [1, 3, 6, 1, 2, 1, 4, 21, 1, 1, *[(n * k + i * 37) % 300 for i in range(10 + k * 25)]]
        bindings[k]["name"] = tuple(arcs)
        bindings[k]["value"] = f"value {n}.{k}".encode()
    messages.append(encoder.encode(bindings))
size = 0
for _ in range(40):
    for message in messages:
        bindings, rest = decoder.decode(message, asn1Spec=Bindings())
        size += sum(len(binding["name"]) for binding in bindings)
print(size)
