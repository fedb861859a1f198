import { randomUUID } from "node:crypto";
import { clientOf, connect, serve } from "../../../lib/index";
import { type BrokerShare, shareBroker } from "../../../lib/nats/shared-broker";
import { natsSettings } from "../../../lib/nats/nats-settings";
import { parseNatsUrl } from "../../../lib/nats/nats-url";
import { LINE, readLineMessage, writeLineMessage } from "../../../lib/transport/nats/line-layout";
import { ANY, deviceSubjects, lastTokens } from "../../../lib/transport/nats/subjects";
import { encodeClientHello } from "../../../lib/transport/stream/hello";
import { KIND } from "../../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../../lib/transport/stream/frame-writer";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { describeWithNats, NatsServer } from "../../support/nats-server";
import { RecordingLogger } from "../../support/recording-logger";
import { ConformanceDevice } from "../conformance/conformance-device";

const logger = new RecordingLogger();

/** What docs/wire-protocol.md says is enough for each. */
const PERMISSIONS = `
authorization { users: [
  { user: device, password: d, permissions: { publish: "rigwire.berlin.cam.>", subscribe: "rigwire.berlin.cam.up.>" } }
  { user: pilot, password: p, permissions: {
      publish: ["rigwire.berlin.cam.up.hello.*", "rigwire.berlin.cam.up.read.*.*", "rigwire.berlin.cam.up.command.*.*"],
      subscribe: "rigwire.berlin.cam.down.>" } }
  { user: reader, password: r, permissions: {
      publish: ["rigwire.berlin.cam.up.hello.*", "rigwire.berlin.cam.up.read.*.*"],
      subscribe: "rigwire.berlin.cam.down.>" } }
] }`;

describeWithNats("By the permissions of a NATS server", () => {
  let broker: NatsServer;
  let device: ConformanceDevice;

  const at = (user: string, name = "cam") =>
    broker.url.replace("//", `//${user}:${user[0]}@`) + `/berlin/${name}`;
  const as = (user: string) => {
    const remote = connect(ConformanceDevice, at(user), { logger });
    closing(clientOf(remote));
    return remote;
  };

  beforeAll(async () => {
    broker = await NatsServer.start({ config: PERMISSIONS });
  });
  afterAll(() => broker.close());

  beforeEach(async () => {
    device = new ConformanceDevice();
    closing(await serve(device, { url: at("device"), logger, closeGraceMs: 100 }));
  });

  it("a device is commanded by who may, under its own name alone", async () => {
    expect(await as("pilot").move("allowed")).toBe("allowed");
    expect(device.begun).toEqual(["allowed"]);
  });

  it("a reader reads, and its commands do not arrive", async () => {
    const reader = as("reader");
    device.level = 7;
    expect(await reader.level.get()).toBe(7);

    await expect(reader.move("forbidden")).rejects.toThrow(/permissions let this client only read/);
    await expect(reader.level.set(8)).rejects.toThrow(/permissions let this client only read/);
    expect([device.begun, device.level]).toEqual([[], 7]);
  });
});

describeWithNats("A command that comes where a client may only read", () => {
  let broker: NatsServer;
  let share: BrokerShare;
  let device: ConformanceDevice;
  const subjects = deviceSubjects("berlin", "cam");
  const client = randomUUID();

  beforeAll(async () => {
    broker = await NatsServer.start();
    share = await shareBroker(natsSettings(parseNatsUrl(broker.url)));
  });
  afterAll(async () => {
    await share.release();
    await broker.close();
  });

  const command = encodeFrame(KIND.message, 1, [
    '{"event":"METHOD_CALL","method":"move","params":{"args":["forged"],"kwargs":{}}}',
  ]);
  const half = command.length / 2;

  it.each([
    { over: "the way for reading alone", parts: [{ way: "read", bytes: command }] },
    {
      over: "both ways, the end on the one for commands",
      parts: [
        { way: "read", bytes: command.subarray(0, half) },
        { way: "command", bytes: command.subarray(half) },
      ],
    },
    {
      over: "both ways, the end on the one for reading",
      parts: [
        { way: "command", bytes: command.subarray(0, half) },
        { way: "read", bytes: command.subarray(half) },
      ],
    },
  ] as const)("is refused: over $over", async ({ parts }) => {
    device = new ConformanceDevice();
    closing(await serve(device, { url: `${broker.url}/berlin/cam`, logger, closeGraceMs: 100 }));
    const { connection } = share;
    let [text, instance] = ["", ""];
    const end = connection.subscribe(subjects.down(client, ANY), ({ subject, data }) => {
      instance ||= lastTokens(subject)[2];
      text += Buffer.from(readLineMessage(data)?.bytes ?? []).toString();
    });
    const hello = encodeFrame(KIND.hello, 0, [encodeClientHello({})]);
    connection.publish(subjects.hello(client), writeLineMessage(LINE.data, 0, [hello]));
    await eventually("it shakes hands", () => text.includes("rigwire-stream"));

    parts.forEach(({ way, bytes }, index) =>
      connection.publish(subjects.up(way, instance, client), writeLineMessage(LINE.data, index + 1, [bytes])),
    );
    await eventually("it answers", () => text.includes('"success"'));
    end();

    expect(text).toMatch(/this client may only read/);
    expect(device.begun).toEqual([]);
  });
});
