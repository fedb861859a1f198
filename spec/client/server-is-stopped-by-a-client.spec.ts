import { filter, firstValueFrom } from "rxjs";
import { clientOf, connect, DeviceUnavailableError, RemoteError, withOptions } from "rigwire";
import { openLab } from "./lab-device";
import { closing } from "../support/closing";
import { OriginalDevice } from "../interop/original-device";
import { describeWithPython } from "../interop/python-peer";

describe("a client that stops the server", () => {
  it("does so where the server lets it", async () => {
    const { remote } = await openLab({ allowRemoteStop: true });
    await remote.nothing();
    const state = firstValueFrom(clientOf(remote).state$.pipe(filter(({ kind }) => kind === "connecting")));
    await clientOf(remote).stopServer();

    await state;
    await expect(withOptions(remote, { timeoutMs: 100 }).nothing()).rejects.toThrow(DeviceUnavailableError);
  });

  it("is told why where the server does not", async () => {
    const { remote } = await openLab({ name: "lab-1" });

    await expect(clientOf(remote).stopServer()).rejects.toThrow(RemoteError);
    await expect(clientOf(remote).stopServer()).rejects.toThrow(
      "this server may not be stopped remotely: its owner can allow it with allowRemoteStop: true",
    );
    await expect(remote.nothing()).resolves.toBeNull();
  });
});

describeWithPython(["zmq"], "an original server", (python) => {
  it("is stopped by a client", async () => {
    const server = python.start("original_server.py");
    const remote = connect(OriginalDevice, (await server.next()) as string);
    closing(clientOf(remote));

    await clientOf(remote).stopServer();
    await expect(server.next()).rejects.toThrow("ended with code 0");
  });
});
