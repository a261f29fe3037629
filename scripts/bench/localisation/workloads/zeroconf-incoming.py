"""Packets with many services of the local network are read, and what is known of them looked up."""

from zeroconf import DNSAddress, DNSCache, DNSIncoming, DNSOutgoing, DNSPointer, DNSService, DNSText

packets = []
for n in range(24):
    out = DNSOutgoing(0x8400)
    for k in range(9):
        kind = f"_service{k % 3}._tcp.local."
        name, host = f"printer {k} room {n}.{kind}", f"host-{k}-{n}.local."
        out.add_answer_at_time(DNSPointer(kind, 12, 1, 4500, name), 0)
        out.add_answer_at_time(DNSService(name, 33, 1, 120, 0, 0, 8000 + k, host), 0)
        out.add_answer_at_time(DNSText(name, 16, 1, 4500, b"\x09path=/~ab\x07color=1"), 0)
        out.add_answer_at_time(DNSAddress(host, 1, 1, 120, bytes([10, 0, n, k])), 0)
    packets += out.packets()
cache = DNSCache()
known = 0
for _ in range(240):
    for packet in packets:
        answers = DNSIncoming(packet).answers
        cache.async_add_records(answers)
        known += len(cache.entries_with_name(answers[0].name))
print(known)
