"""Calls to other machines: only public addresses, only the one looked at, no redirect, within time and size."""

import datetime
import socket
import ssl
import threading
import time
import tracemalloc
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kernel import http_out
from kernel.http_out import AddressRefused, TooLarge, TooSlow, Unreachable, call, is_public

PUBLIC = "93.184.215.14"
SECRET = "s3cret"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
        "ff02::1", "2001:db8::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2002:7f00:1::", "2002:5db8:d70e::1",
        "2001:0:53aa:64c:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_what_is_not_of_the_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "172.32.0.1", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.fixture
def opened(monkeypatch):
    """Every address that a connection was made to; none is made."""
    tried = []

    def refuse(address, seconds):
        tried.append(address[1][0])
        raise ConnectionRefusedError

    monkeypatch.setattr(http_out, "_opened", refuse)
    return tried


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
        "https://127.1/", "https://0/", "https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1:8443/",
        "https://3232235777/",
    ],
)  # fmt: skip
def test_a_private_address_is_not_called_however_it_is_spelled(opened, url):
    with pytest.raises(AddressRefused):
        call("GET", url)
    assert opened == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/",
        "", "example.com", "https://", "https:///x", "https://user:word@example.com/", "https://example.com@127.0.0.1/",
        "https://127.0.0.1\\@example.com/", "https://exam\nple.com/", "https://example.com/a b", "https://example.com:0/",
        "https://example.com:99999/", "https://example.com:x/", "https://[::1/", "https://ex\u200bample.com/",
        "https://example.com/\r\nX: y", "https://example.com/" + "x" * 2000, "https://①②⑦.0.0.1/", "\thttps://example.com",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(opened, monkeypatch, url):
    monkeypatch.setattr(http_out, "_look_up", lambda *args, **kwargs: pytest.fail("It was looked up."))
    with pytest.raises(AddressRefused):
        call("GET", url)
    assert opened == []


def resolving_to(monkeypatch, *answers):
    """Names resolve to these, one list for each time it is asked; the last list stays. Gives how often it was asked."""
    asked, left = [], list(answers)

    def getaddrinfo(host, port, **kwargs):
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(http_out, "_look_up", getaddrinfo)
    return asked


def test_a_name_with_one_private_address_among_others_is_refused(opened, monkeypatch):
    resolving_to(monkeypatch, [PUBLIC, "10.0.0.1"])
    with pytest.raises(AddressRefused):
        call("GET", "https://public.test/")
    assert opened == []


def test_the_next_address_is_tried_where_one_does_not_answer(opened, monkeypatch):
    resolving_to(monkeypatch, [PUBLIC, "8.8.8.8"])
    with pytest.raises(Unreachable):
        call("GET", "https://public.test/")
    assert opened == [PUBLIC, "8.8.8.8"]


def test_a_name_that_is_not_known_is_unreachable(opened, monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(http_out, "_look_up", fail)
    with pytest.raises(Unreachable):
        call("GET", "https://public.test/")


def test_a_resolver_that_does_not_answer_is_too_slow(opened, monkeypatch):
    monkeypatch.setattr(http_out, "_look_up", lambda *args, **kwargs: time.sleep(2))
    began = time.monotonic()
    with pytest.raises(TooSlow):
        call("GET", "https://public.test/", seconds=0.2)
    assert time.monotonic() - began < 1.5


# --- a server that is there -----------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list

    def do_GET(self):
        self.seen.append((self.command, self.path, dict(self.headers)))
        getattr(self, f"answer_{self.path.strip('/').partition('?')[0] or 'plain'}")()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.command, self.path, body))
        self.answer_plain()

    def say(self, body=b"hello", status=200, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def answer_plain(self):
        self.say()

    def answer_redirect(self):
        self.say(b"", 302, Location="http://127.0.0.1:1/")

    def answer_missing(self):
        self.say(b"none", 404)

    def answer_large(self):
        self.say(b"x" * 300_000)

    def answer_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    def begin_chunked(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def answer_endless_size(self):
        self.begin_chunked()
        while True:
            self.wfile.write(b"0" * 0x10000)

    def answer_endless_extension(self):
        self.begin_chunked()
        self.wfile.write(b"5;")
        while True:
            self.wfile.write(b"x" * 0x10000)

    def answer_endless_trailer(self):
        self.begin_chunked()
        self.wfile.write(b"5\r\nhello\r\n0\r\n")
        while True:
            self.wfile.write(b"x" * 0x10000)

    def answer_trailers(self):
        self.begin_chunked()
        self.wfile.write(b"5\r\nhello\r\n0\r\n")
        while True:
            self.wfile.write(b"x: y\r\n" * 1000)

    def answer_negative_size(self):
        self.begin_chunked()
        self.wfile.write(b"-5\r\nhello\r\n" * 10)
        self.close_connection = True

    def answer_negative_length(self):
        self.send_response(200)
        self.send_header("Content-Length", "-5")
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 0x10000)

    def answer_many_headers(self):
        self.send_response(200)
        while True:
            self.send_header("X-Mine", "y" * 60_000)
            self.flush_headers()

    def answer_unpacks(self):
        self.say(b"not unpacked", Content_Encoding="gzip")

    def answer_slow_body(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _byte in range(1000):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_slow_head(self):
        for _byte in range(1000):
            self.wfile.write(b"H")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_silent(self):
        time.sleep(5)

    def answer_short(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.close_connection = True

    def answer_continues(self):
        while True:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def log_message(self, *args):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # That the client has gone is what is tested.


def certificate(directory, name):
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    whole = made.public_bytes(pem) + key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = directory / f"{name}.pem"
    path.write_bytes(whole)
    return path


@contextmanager
def listening(context=None):
    seen = []
    server = Quiet(("127.0.0.1", 0), type("Seeing", (Handler,), {"seen": seen}))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """`https://public.test`, whose certificate is trusted, on a public address, as far as anything can tell."""
    path = certificate(tmp_path_factory.mktemp("tls"), "public.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with listening(context) as (port, seen):
        yield port, seen, path


@pytest.fixture
def server(public, monkeypatch):
    port, seen, path = public
    seen.clear()
    trusting = ssl.create_default_context(cafile=path)
    monkeypatch.setattr(http_out, "_context", lambda: trusting)
    real = http_out._opened

    def opened(address, seconds):
        return real((socket.AF_INET, ("127.0.0.1", port)), seconds)

    monkeypatch.setattr(http_out, "_opened", opened)
    resolving_to(monkeypatch, [PUBLIC])
    return seen


def test_an_answer_comes_back(server):
    answer = call("GET", "https://public.test/plain?a=b#part", headers={"X-Mine": "y"})
    assert (answer.status, answer.body, answer.is_ok) == (200, b"hello", True)
    ((command, path, headers),) = server
    assert (command, path, headers["Host"], headers["X-Mine"]) == ("GET", "/plain?a=b", "public.test", "y")
    assert "Accept-Encoding" not in headers


def test_what_is_posted_arrives(server):
    assert call("POST", "https://public.test:8443/", body=b"{}").is_ok
    assert server == [("POST", "/", b"{}")]


def test_the_connection_goes_to_the_address_that_was_looked_at(server, monkeypatch):
    asked = resolving_to(monkeypatch, [PUBLIC], ["127.0.0.1"])
    to = []
    opened = http_out._opened
    monkeypatch.setattr(http_out, "_opened", lambda address, seconds: to.append(address[1]) or opened(address, seconds))
    assert call("GET", "https://public.test/").is_ok
    assert asked == ["public.test"]
    assert to == [(PUBLIC, 443)]
    with pytest.raises(AddressRefused):
        call("GET", "https://public.test/")


def test_a_redirect_is_not_followed(server):
    answer = call("GET", "https://public.test/redirect")
    assert (answer.status, answer.is_ok, answer.headers["Location"]) == (302, False, "http://127.0.0.1:1/")
    assert len(server) == 1


def test_a_certificate_of_another_name_is_not_taken(server, monkeypatch):
    with pytest.raises(Unreachable):
        call("GET", "https://other.test/")
    assert server == []


def test_a_certificate_without_an_authority_is_not_taken(server, monkeypatch):
    monkeypatch.setattr(http_out, "_context", ssl.create_default_context)
    with pytest.raises(Unreachable):
        call("GET", "https://public.test/")
    assert server == []


@pytest.mark.parametrize("path", ["large", "endless"])
def test_a_huge_answer_is_not_read(server, path):
    with pytest.raises(TooLarge):
        call("GET", f"https://public.test/{path}", bytes_max=200_000)


def test_an_answer_of_the_size_that_was_asked_for_is_read(server):
    assert len(call("GET", "https://public.test/large", bytes_max=300_000).body) == 300_000


def test_nothing_is_unpacked(server):
    assert call("GET", "https://public.test/unpacks").body == b"not unpacked"


@pytest.mark.parametrize(
    "path",
    ["endless_size", "endless_extension", "endless_trailer", "negative_size", "negative_length", "many_headers"],
)
def test_an_answer_that_is_malformed_takes_little_memory(server, path):
    tracemalloc.start()
    try:
        with pytest.raises(http_out.CallFailed):
            call("GET", f"https://public.test/{path}", seconds=3.0, bytes_max=200_000)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", ["slow_body", "slow_head", "silent", "continues"])
def test_an_answer_has_only_so_much_time_in_all(server, path):
    began = time.monotonic()
    with pytest.raises(TooSlow):
        call("GET", f"https://public.test/{path}", seconds=1.0)
    assert time.monotonic() - began < 3


def test_what_comes_after_the_body_is_not_waited_for_longer_than_for_the_rest(server):
    began = time.monotonic()
    assert call("GET", "https://public.test/trailers", seconds=1.0).body == b"hello"
    assert time.monotonic() - began < 3


def test_an_answer_that_breaks_off_is_none(server):
    with pytest.raises(Unreachable):
        call("GET", "https://public.test/short")


def test_what_goes_wrong_names_no_address(opened, monkeypatch):
    resolving_to(monkeypatch, [PUBLIC])
    for url in (f"https://public.test/{SECRET}", f"http://public.test/{SECRET}"):
        with pytest.raises(http_out.CallFailed) as failed:
            call("GET", url)
        assert SECRET not in str(failed.value)
        assert "public.test" not in str(failed.value)


def test_an_address_of_the_settings_may_be_one_of_the_own_network():
    with listening() as (port, seen):
        assert call("GET", f"http://127.0.0.1:{port}/", is_from_settings=True).body == b"hello"
        assert len(seen) == 1
        with pytest.raises(AddressRefused):
            call("GET", f"http://127.0.0.1:{port}/")
        with pytest.raises(AddressRefused):
            call("GET", f"https://127.0.0.1:{port}/")
        assert len(seen) == 1


def test_threads_and_sockets_do_not_stay(server):
    before = threading.active_count()
    for _call in range(5):
        call("GET", "https://public.test/")
    time.sleep(0.3)
    assert threading.active_count() <= before + 1
