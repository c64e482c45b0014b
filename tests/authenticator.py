"""A passkey in software: what a phone or a security key does, without the hand on it."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as b64

VERIFIED, PRESENT, NEW = 0x04, 0x01, 0x40


@dataclass
class Authenticator:
    """One key. ``origin``: the address the browser is at, which is not always the right one."""

    origin: str
    host: str
    verified: bool = True
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes | None = None

    def create(self, options: dict[str, Any]) -> str:
        """Make the key; what the browser sends."""
        from webauthn.helpers import base64url_to_bytes

        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = b"\x00" * 16 + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(public)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._about(NEW) + credential}
        response = {
            "clientDataJSON": b64(self._client("webauthn.create", options["challenge"])),
            "attestationObject": b64(cbor2.dumps(attestation)),
        }
        return self._sent(response)

    def get(self, options: dict[str, Any]) -> str:
        """Sign the challenge; what the browser sends."""
        self.counter += 1
        client, about = self._client("webauthn.get", options["challenge"]), self._about()
        signature = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(about), "signature": b64(signature)}
        return self._sent(response | ({"userHandle": b64(self.handle)} if self.handle else {}))

    def _about(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _sent(self, response: dict[str, str]) -> str:
        known = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps({**known, "response": response, "clientExtensionResults": {}})
