import { firstValueFrom } from "rxjs";
import { clientOf, connect } from "rigwire";
import { OriginalDevice } from "../interop/original-device";
import { describeWithPython } from "../interop/python-peer";
import { closing } from "../support/closing";
import { openGateway } from "./open-gateway";

describeWithPython(["zmq"], "an original through a gateway", (python) => {
  it("is what it is without: values, failures, bytes and signals", async () => {
    const server = python.start("original_server.py");
    const url = (await server.next()) as string;
    const { at } = await openGateway([{ name: "cam", type: "original", url }]);
    const [camera, other] = [connect(OriginalDevice, at("cam")), connect(OriginalDevice, at("cam"))];
    [camera, other].forEach((each) => closing(clientOf(each)));

    expect(await camera.echo("é 🌿", 2)).toBe("Echo: é 🌿Echo: é 🌿");
    expect(await camera.numbers()).toMatchObject({ nan: NaN, big: 1763633000123456789n });
    expect(await other.mirror([1, "a", null])).toEqual([1, "a", null]);
    const changes = [camera, other].map((each) => firstValueFrom(each.modeChanged));
    await Promise.all([camera.mode.get(), other.mode.get()]);
    await camera.mode.set("moving");
    expect(await Promise.all(changes)).toEqual(["moving", "moving"]);
    expect((await clientOf(camera).inventory()).rigwire).toBeUndefined();
  });
});
