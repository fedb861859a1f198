import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { LocalServiceAdvertisement } from "../../lib/advertisement/local-service-advertisement";
import { advertisementFolder } from "../../lib/advertisement/advertisement-folder";
import { all, RuntimeFolder } from "../advertisement/runtime-folder";
import { eventually } from "../support/eventually";
import { describeWithPython, type PythonPeer } from "./python-peer";

const TYPE = "plant scanner/2";

describeWithPython(["platformdirs", "filelock"], "local advertisements, with Python", (python) => {
  let runtime: RuntimeFolder;
  let peer: PythonPeer;

  beforeEach(() => {
    runtime = new RuntimeFolder();
    peer = python.start("local_services.py", [], { env: { XDG_RUNTIME_DIR: runtime.path } });
  });

  afterEach(async () => {
    await peer.end();
    runtime.remove();
  });

  const ours = () =>
    new LocalServiceAdvertisement(
      {
        serviceName: "Käfig 🐁",
        serviceType: TYPE,
        address: "tcp://127.0.0.1:1",
        properties: { serial: "é", note: null },
      },
      { folder: runtime.advertisements },
    );

  const theirs = async () =>
    String(
      await peer.ask({
        do: "advertise",
        name: "Bpod ü",
        type: TYPE,
        address: "ipc:///tmp/foo.ipc",
        properties: { serial: "123", note: null },
      }),
    );

  const discover = () =>
    all(LocalServiceAdvertisement.discover(TYPE, {}, { folder: runtime.advertisements }));

  it("stand in the folder that platformdirs names", async () => {
    expect(await peer.ask({ do: "folder" })).toBe(runtime.advertisements);
  });

  it("stand in the folder that platformdirs names where the environment names none", async () => {
    const elsewhere = python.start("local_services.py", [], { env: { XDG_RUNTIME_DIR: "" } });
    const surroundings = {
      platform: process.platform,
      env: {},
      uid: process.getuid?.(),
      home: String(process.env.HOME),
    };

    // Older versions of platformdirs do not ask whether the user's folder is writable.
    expect(
      [true, false].map((writable) => advertisementFolder({ ...surroundings, isWritable: () => writable })),
    ).toContain(await elsewhere.ask({ do: "folder" }));
  });

  it("of ours are found there, and gone when closed", async () => {
    const advertisement = ours();
    try {
      expect(await peer.ask({ do: "discover", type: TYPE })).toEqual([
        {
          service_name: "Käfig 🐁",
          service_type: TYPE,
          address: "tcp://127.0.0.1:1",
          pid: process.pid,
          uuid: advertisement.uuid,
          properties: { serial: "é", note: null },
        },
      ]);
      expect(existsSync(advertisement.serviceFile.replace(".json", ".lock"))).toBe(true);
    } finally {
      await advertisement.close();
    }
    expect(await peer.ask({ do: "discover", type: TYPE })).toEqual([]);
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("of theirs are found here, and gone when closed", async () => {
    const file = await theirs();

    expect(await discover()).toEqual([
      {
        serviceName: "Bpod ü",
        serviceType: TYPE,
        address: "ipc:///tmp/foo.ipc",
        pid: peer.pid,
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        properties: { serial: "123", note: null },
        serviceFile: file,
      },
    ]);

    await peer.ask({ do: "close", file });
    expect(await discover()).toEqual([]);
  });

  it("of theirs are watched here", async () => {
    const told: string[] = [];
    const subscription = LocalServiceAdvertisement.watch(TYPE, {
      folder: runtime.advertisements,
      rescanMs: 600_000,
    }).subscribe(({ kind, service }) => told.push(`${kind} ${service.serviceName}`));
    try {
      const file = await theirs();
      await eventually("it was added", () => told.includes("added Bpod ü"));
      await peer.ask({ do: "close", file });
      await eventually("it was removed", () => told.includes("removed Bpod ü"));
    } finally {
      subscription.unsubscribe();
    }
  });

  it("of a killed Python process are cleaned here, with their locks", async () => {
    const file = await theirs();
    await peer.ask({ do: "discover", type: TYPE });
    expect(readdirSync(join(file, ".."))).toHaveLength(2);

    await peer.end();

    expect(await discover()).toEqual([]);
    expect(readdirSync(join(file, ".."))).toEqual([]);
  });

  it("are read and closed here while Python holds their locks", async () => {
    const advertisement = ours();
    const file = await theirs();
    for (const locked of [advertisement.serviceFile, file]) await peer.ask({ do: "lock", file: locked });

    expect(await discover()).toHaveLength(2);
    await advertisement.close();
    expect(await discover()).toHaveLength(1);

    for (const locked of [advertisement.serviceFile, file]) await peer.ask({ do: "unlock", file: locked });
    await peer.ask({ do: "close", file });
    expect(await discover()).toEqual([]);
  });

  it("of a killed process are cleaned here while another holds their locks", async () => {
    const file = await theirs();
    const holder = python.start("local_services.py", [], { env: { XDG_RUNTIME_DIR: runtime.path } });
    await holder.ask({ do: "lock", file });

    await peer.end();

    expect(await discover()).toEqual([]);
    await holder.ask({ do: "unlock", file });
    expect(await holder.ask({ do: "discover", type: TYPE })).toEqual([]);
  });
});
