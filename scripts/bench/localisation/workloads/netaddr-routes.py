"""Routes of a network: subnets listed, summarised, and addresses looked up."""

from netaddr import IPAddress, IPNetwork, IPSet, cidr_merge

routes = []
for n in range(6000):
    network = IPNetwork(f"10.{n % 200}.{n * 7 % 251}.0/{20 + n % 9}")
    routes.append(network.cidr)
    routes += list(network.subnet(network.prefixlen + 1))
short = cidr_merge(routes)
allowed = IPSet(short[:300])
inside = sum(IPAddress(f"10.{k % 250}.{k % 256}.9") in allowed for k in range(9000))
largest = max(network.size for network in short)
print(len(short), inside, largest)
