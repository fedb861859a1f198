import { join } from "node:path";
import { BusyError, clientOf, DeviceRegistry, RegistryModule, RigApp } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { typeScriptProgram } from "../support/typescript-child";
import { HeavyStage } from "./programs/heavy-stage";

const program = typeScriptProgram(join(__dirname, "programs/heavy-stage.ts"));

async function startApp(registry: string): Promise<RigApp> {
  const logger = new RecordingLogger();
  return closing(await new RigApp({ logger }).use(RegistryModule.connect(registry, { logger })).start());
}

it("Ctrl-C on a moving device aborts the move, and leaves it found and stopped by anybody", async () => {
  const logger = new RecordingLogger();
  const registry = closing(await DeviceRegistry.open({ url: "tcp://127.0.0.1", logger }));
  const device = program.start([registry.url], { RIGWIRE_LOG: "silent" });
  await device.next();
  const mover = (await startApp(registry.url)).client(HeavyStage, "stage");
  const moved = mover.move();
  expect(await device.next()).toBe("moving");

  device.signal("SIGINT");
  expect(await device.next()).toBe("the server is closing");
  expect((await registry.find({ name: "stage" })).map(({ name }) => name)).toEqual(["stage"]);
  const other = (await startApp(registry.url)).client(HeavyStage, "stage");
  expect((await clientOf(other).inventory()).rigwire?.closing).toBe(true);
  await expect(other.move()).rejects.toThrow(BusyError);

  expect(await other.stop()).toBe("stopped");
  expect(await moved).toBe("halted");
  expect(await device.ended).toEqual({ code: 0, signal: null });
  expect(await registry.find({ name: "stage" })).toEqual([]);
});
