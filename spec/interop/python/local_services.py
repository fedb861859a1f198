"""The other side of local service advertisement, from the text of bpod_core ipc.

Answers one message with one, each `{"do": WHAT, ...}`:

folder            the folder of the advertisements, by platformdirs
discover          `type`: the services of that type, read under their locks
advertise         `name`, `type`, `address`, `properties`: the file of a new advertisement of this process
close             `file`: removes one of this process's, under its lock
lock, unlock      `file`: takes and gives back the lock of an advertisement
"""

import json
import os
import re
import uuid
from pathlib import Path

from filelock import FileLock
from platformdirs import user_runtime_dir

from json_lines import tell, told

FOLDER = Path(user_runtime_dir("LocalServiceAdvertisements"))
KEYS = {"service_name", "service_type", "address", "pid", "uuid", "properties"}
LOCK_TIMEOUT_S = 5

held = {}


def lock_of(file):
    return FileLock(str(Path(file).with_suffix(".lock")), timeout=LOCK_TIMEOUT_S)


def type_folder(service_type):
    return FOLDER / re.sub(r"[^a-zA-Z0-9_]", "_", service_type)


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read(file):
    """The service of a file, None if it is broken or its process is gone; then the file is removed."""
    with lock_of(file):
        try:
            service = json.loads(file.read_text())
        except (OSError, ValueError):
            return None
        if not isinstance(service, dict) or set(service) != KEYS:
            return None
        if not exists(service["pid"]):
            file.unlink(missing_ok=True)
            return None
        return service


def discover(service_type):
    found = (read(file) for file in sorted(type_folder(service_type).glob("*.json")))
    return [service for service in found if service is not None]


def advertise(name, service_type, address, properties):
    identity = uuid.uuid4()
    service = {
        "service_name": name,
        "service_type": service_type,
        "address": address,
        "pid": os.getpid(),
        "uuid": str(identity),
        "properties": properties,
    }
    folder = type_folder(service_type)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{identity.hex}.json"
    unfinished = file.with_suffix(".tmp")
    unfinished.write_text(json.dumps(service, separators=(",", ":")))
    unfinished.replace(file)
    return str(file)


def close(file):
    file = Path(file)
    with lock_of(file):
        file.unlink(missing_ok=True)
    for folder in (file.parent, file.parent.parent):
        try:
            folder.rmdir()
        except OSError:
            break


def lock(file):
    held[file] = lock_of(file)
    held[file].acquire()


def unlock(file):
    held.pop(file).release()


def answer(message):
    match message["do"]:
        case "folder":
            return str(FOLDER)
        case "discover":
            return discover(message["type"])
        case "advertise":
            return advertise(message["name"], message["type"], message["address"], message["properties"])
        case "close":
            return close(message["file"])
        case "lock":
            return lock(message["file"])
        case "unlock":
            return unlock(message["file"])


for message in told():
    tell(answer(message))
