"""Answers about services on the local network are put into packets."""

from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSQuestion, DNSService, DNSText

size = 0
for n in range(5000):
    out = DNSOutgoing(0x8400)
    kind = "_http._tcp.local."
    out.add_question(DNSQuestion(kind, 12, 1))
    for k in range(6):
        name, host = f"printer {k} room {n % 40}.{kind}", f"host-{k}-{n % 40}.local."
        out.add_answer_at_time(DNSPointer(kind, 12, 1, 4500, name), 0)
        out.add_additional_answer(DNSService(name, 33, 1, 120, 0, 0, 8000 + k, host))
        out.add_additional_answer(DNSText(name, 16, 1, 4500, b"\x09path=/~ab\x07color=1"))
        out.add_additional_answer(DNSAddress(host, 1, 1, 120, bytes([10, 0, n % 250, k])))
    size += sum(map(len, out.packets()))
print(size)
