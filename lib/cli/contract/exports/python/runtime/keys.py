from __future__ import annotations

import os
import stat
from typing import Dict, NamedTuple, Optional

from .errors import AuthenticationError

_KEY_CHARACTERS = 40


class _Keys(NamedTuple):
    public: bytes
    secret: bytes
    server: bytes


def _keys_of(keys: Optional[str], server_key: Optional[str]) -> Optional[_Keys]:
    """The keys of a client, from the files that `rigwire keygen` writes; nothing where none are said."""
    keys = keys if keys is not None else os.environ.get("RIGWIRE_KEYS") or None
    if keys is None:
        return None
    pair = _read(keys)
    if "public" not in pair or "secret" not in pair:
        raise AuthenticationError(f"{keys} holds no pair of keys: name the .key file that rigwire keygen wrote")
    if os.name == "posix" and stat.S_IMODE(os.stat(keys).st_mode) & 0o077:
        raise AuthenticationError(f"others can read the secret key in {keys}: run chmod 600 {keys}")
    server_key = server_key if server_key is not None else os.environ.get("RIGWIRE_SERVER_KEY") or None
    return _Keys(pair["public"], pair["secret"], pair["public"] if server_key is None else _public(server_key))


def _public(key: str) -> bytes:
    """A public key, or that of a .pub file."""
    if len(key) == _KEY_CHARACTERS and not os.path.exists(key):
        return key.encode("ascii")
    found = _read(key)
    if "public" not in found:
        raise AuthenticationError(f"{key} holds no public key: name the .pub file that rigwire keygen wrote")
    return found["public"]


def _read(path: str) -> Dict[str, bytes]:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read(16 * 1024).splitlines()
    except (OSError, UnicodeError) as error:
        raise AuthenticationError(f"the keys cannot be read: {error}") from error
    words = [line.split() for line in lines if not line.startswith("#")]
    return {line[0]: line[1].encode() for line in words if len(line) == 2 and len(line[1]) == _KEY_CHARACTERS}
