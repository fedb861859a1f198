import { Arg, BusyError, clientOf, connect, JsonMethod, RpcService, serve } from "rigwire";
import { deferred } from "../../lib/time/deferred";
import { keptBytes } from "../../lib/server/kept-bytes";
import { nd } from "../../lib/contract/nd-array";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

@RpcService()
class Device {
  readonly gate = deferred();
  begun = 0;

  @JsonMethod({ timeout: null })
  async take(@Arg("values") values: Float64Array): Promise<number> {
    this.begun += 1;
    await this.gate.promise;
    return values.length;
  }
}

const MIB = 1024 * 1024;

it("arrays of calls that wait count with their bytes: one that is too much is refused", async () => {
  const device = new Device();
  const { url } = closing(await serve(device, { maxWaitingBytesPerClient: 4 * MIB }));
  const remote = connect(Device, url);
  closing(clientOf(remote));
  const values = new Float64Array((1.5 * MIB) / 8);
  const running = remote.take(values);
  await eventually("it runs", () => device.begun === 1);
  const waiting = [remote.take(values), remote.take(values)];

  await expect(remote.take(values)).rejects.toThrow(BusyError);
  device.gate.resolve();
  expect(await Promise.all([running, ...waiting])).toEqual(Array(3).fill(values.length));
});

it("arrays are counted by their bytes, wherever they stand", () => {
  const values = new Float64Array(8 * MIB);

  expect(keptBytes([values, nd(values), { deep: [values] }], Infinity)).toBeGreaterThan(3 * 64 * MIB);
});
