"""Network addresses of clients: what a limit counts as one client, and what is kept of an address.

A home or a phone has a whole IPv6 network of 2⁶⁴ addresses, so the network is what counts as one client. What is
written down is cut further: enough to see where sign-ins come from, too little to follow a person.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

CLIENT_BITS = 64
"""Of an IPv6 address: what a provider gives to one customer at least."""
KEPT_BITS = {4: 24, 6: 48}


def client_address(request: HttpRequest) -> str:
    """The address that every limit counts the client of this request by; empty where the server knows none."""
    return one_client(request.META.get("REMOTE_ADDR", ""))


def one_client(address: str) -> str:
    """One form for all addresses of one client: IPv4 as it is, IPv6 as its /64 network.

    `::ffff:192.0.2.1` is the IPv4 address in it. What is no address, such as a socket's path, stays as it is.
    """
    try:
        read = _read(address)
    except ValueError:
        return address
    return str(ip_network((read, CLIENT_BITS), strict=False)) if read.version == 6 else str(read)


def network(address: str) -> str:
    """What may be kept of an address: its /24 network, or /48 with IPv6. Empty for what is no address."""
    try:
        read = _read(address.partition("/")[0])
    except ValueError:
        return ""
    return str(ip_network((read, KEPT_BITS[read.version]), strict=False))


def _read(address: str) -> IPv4Address | IPv6Address:
    read = ip_address(address.strip().partition("%")[0])
    return (read.ipv4_mapped or read) if isinstance(read, IPv6Address) else read
