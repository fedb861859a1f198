import { firstValueFrom, take, toArray } from "rxjs";
import { clientOf, connect, generateKeys, serve } from "rigwire";
import { closing } from "../support/closing";
import { ArrayDevice } from "../transport/conformance/array-device";

it("arrays come through with keys: arguments, results, values and signals", async () => {
  const [keys, clientKeys] = [generateKeys(), generateKeys()];
  const device = new ArrayDevice();
  const security = { keys, allow: [clientKeys.publicKey] };
  const { url } = closing(await serve(device, { url: "tcp://127.0.0.1", security }));
  const remote = connect(ArrayDevice, url, { security: { keys: clientKeys, serverKey: keys.publicKey } });
  closing(clientOf(remote));
  const traces = firstValueFrom(remote.traceChanged.pipe(take(2), toArray()));

  expect(await remote.same(Float32Array.of(1, 2))).toStrictEqual(Float32Array.of(1, 2));
  await remote.trace.set(Float64Array.of(5));
  await remote.trace.set(Float64Array.of(6));
  expect(await traces).toStrictEqual([Float64Array.of(5), Float64Array.of(6)]);
  expect(await remote.trace.get()).toStrictEqual(Float64Array.of(6));
});
