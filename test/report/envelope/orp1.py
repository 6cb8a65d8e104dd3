"""ORP1 on PyNaCl, written from docs/report-envelope.md: reads one JSON of hex on standard input, writes one."""

import hashlib
import json
import struct
import sys

from nacl import bindings


def sha512(*parts):
    return hashlib.sha512(b"".join(parts)).digest()


def padme(length):
    e = length.bit_length() - 1
    s = e.bit_length()
    step = 1 << (e - s)
    return -(-length // step) * step


def payload_key(content_key, header):
    return sha512(b"omega-report/1 payload\0", content_key, sha512(header))[:32]


def wrap_nonce(i):
    return b"omega-report/1 wrap" + bytes(4) + bytes([i])


def chunk_nonce(j, last):
    return b"omega-report/1c" + struct.pack(">QB", j, last)


def rid_of(shared, epk, recipient):
    return sha512(b"omega-report/1 rid\0", shared, epk, recipient)[:8]


def signed(header, plaintext):
    return b"omega-report/1 sig\0" + sha512(header) + sha512(plaintext[64:])


def seal(recipients, seed, ephemeral, content_key, meta, body):
    epk = bindings.crypto_scalarmult_base(ephemeral)
    header = b"OMEGARP" + bytes([1, 0, len(recipients)]) + epk
    for i, recipient in enumerate(recipients):
        shared = bindings.crypto_box_beforenm(recipient, ephemeral)
        header += rid_of(shared, epk, recipient)
        header += bindings.crypto_box_afternm(content_key, wrap_nonce(i), shared)
    public, secret = bindings.crypto_sign_seed_keypair(seed)
    content = bytes(64) + public + struct.pack(">I", len(meta)) + meta + struct.pack(">Q", len(body)) + body
    content += bytes(padme(max(4096, len(content))) - len(content))
    plaintext = bindings.crypto_sign(signed(header, content), secret)[:64] + content[64:]
    key = payload_key(content_key, header)
    chunks = [plaintext[at : at + 65536] for at in range(0, len(plaintext), 65536)]
    return header + b"".join(
        bindings.crypto_secretbox(chunk, chunk_nonce(j, j == len(chunks) - 1), key) for j, chunk in enumerate(chunks)
    )


def open_(envelope, secret):
    header = envelope[: 42 + 56 * envelope[9]]
    epk = header[10:42]
    public = bindings.crypto_scalarmult_base(secret)
    shared = bindings.crypto_box_beforenm(epk, secret)
    slots = [header[at : at + 56] for at in range(42, len(header), 56)]
    i = [slot[:8] for slot in slots].index(rid_of(shared, epk, public))
    content_key = bindings.crypto_box_open_afternm(slots[i][8:], wrap_nonce(i), shared)
    key = payload_key(content_key, header)
    payload = envelope[len(header) :]
    chunks = [payload[at : at + 65552] for at in range(0, len(payload), 65552)]
    plaintext = b"".join(
        bindings.crypto_secretbox_open(chunk, chunk_nonce(j, j == len(chunks) - 1), key)
        for j, chunk in enumerate(chunks)
    )
    bindings.crypto_sign_open(plaintext[:64] + signed(header, plaintext), plaintext[64:96])
    meta_end = 100 + struct.unpack(">I", plaintext[96:100])[0]
    body_end = meta_end + 8 + struct.unpack(">Q", plaintext[meta_end : meta_end + 8])[0]
    return {"meta": plaintext[100:meta_end].hex(), "body": plaintext[meta_end + 8 : body_end].hex()}


def main():
    asked = json.load(sys.stdin)
    as_bytes = bytes.fromhex
    if asked["do"] == "open":
        return open_(as_bytes(asked["envelope"]), as_bytes(asked["secretKey"]))
    names = ("seed", "ephemeral", "contentKey", "meta", "body")
    recipients = [as_bytes(key) for key in asked["recipients"]]
    return {"envelope": seal(recipients, *(as_bytes(asked[name]) for name in names)).hex()}


print(json.dumps(main()))
