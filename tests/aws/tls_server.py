"""Answers over TLS, with a certificate of its own making, that a token has expired. Standard input names the port and the
file for the certificate; it ends when standard input does."""

import datetime
import http.server
import ipaddress
import ssl
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

port, bundle = sys.stdin.readline().split()
now = datetime.datetime.now(datetime.timezone.utc)


def certificate(subject, key, issuer, signer, authority):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(signer, hashes.SHA256())
    )


root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
pem = serialization.Encoding.PEM
with open(bundle, "wb") as out:
    out.write(certificate("root", root_key, "root", root_key, True).public_bytes(pem))
with tempfile.NamedTemporaryFile() as chain:
    chain.write(certificate("server", key, "root", root_key, False).public_bytes(pem))
    chain.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    chain.flush()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain.name)


class Expired(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>x</Message></Error></ErrorResponse>"
        self.send_response(403)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Expired)
server.handle_error = lambda *_: None
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("{}", flush=True)
sys.stdin.read()
