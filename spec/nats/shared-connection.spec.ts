import { firstValueFrom, filter } from "rxjs";
import { defaultLogger, useDefaultLogger } from "../../lib/log/logger";
import { type BrokerMessage } from "../../lib/nats/broker-connection";
import { parseNatsUrl } from "../../lib/nats/nats-url";
import { natsSettings } from "../../lib/nats/nats-settings";
import { type BrokerShare, shareBroker } from "../../lib/nats/shared-broker";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { RecordingLogger } from "../support/recording-logger";

describeWithNats("The connection of a program to a NATS server", () => {
  const shares: BrokerShare[] = [];
  let server: NatsServer;

  const share = async (url = server.url) => {
    const one = await shareBroker(natsSettings(parseNatsUrl(url)));
    shares.push(one);
    return one;
  };

  beforeEach(async () => {
    server = await NatsServer.start();
  });

  afterEach(async () => {
    await Promise.all(shares.splice(0).map((one) => one.release()));
    await server.close();
  });

  it("is shared by all who want the same, and closed with the last of them", async () => {
    const [first, second] = await Promise.all([share(), share()]);
    expect(second.connection).toBe(first.connection);
    await first.release();
    expect(first.connection.isConnected).toBe(true);
    await first.release();
    expect(first.connection.isConnected).toBe(true);
    await second.release();
    expect(first.connection.problem).toMatch(/closed/);
    expect((await share()).connection).not.toBe(first.connection);
  });

  it("is told as missing where no server answers", async () => {
    const url = `nats://127.0.0.1:${await freePort()}`;
    await expect(share(url)).rejects.toThrow(`no NATS server answers at ${url.slice("nats://".length)}`);
  });

  it("says at once that nobody subscribes", async () => {
    const { connection } = await share();
    const told = new Promise<BrokerMessage>((resolve) => connection.subscribe("answers", resolve));
    connection.publish("nobody", Buffer.from("?"), "answers");
    await expect(told).resolves.toMatchObject({ subject: "answers", isNoResponders: true });
  });

  it("outlives a handler that throws, and logs its error", async () => {
    const [usual, logger] = [defaultLogger(), new RecordingLogger()];
    useDefaultLogger(() => logger);
    const { connection } = await share();
    useDefaultLogger(() => usual);
    const received: string[] = [];
    connection.subscribe("values", ({ data }) => {
      received.push(Buffer.from(data).toString());
      if (received.length === 1) throw new Error("a handler that is broken");
    });
    for (const value of ["first", "second"]) connection.publish("values", Buffer.from(value));
    await eventually("both come", () => received.length === 2);
    expect(connection.isConnected).toBe(true);
    expect(logger.lines).toEqual(["error: a message of the NATS server was not handled"]);
  });

  it("sends nothing late that was published while the server was away", async () => {
    const { connection, state$ } = await share();
    const received: string[] = [];
    connection.subscribe("commands", ({ data }) => received.push(Buffer.from(data).toString()));
    await connection.flush();
    await server.kill();
    await firstValueFrom(state$.pipe(filter(({ kind }) => kind === "away")));
    expect(connection.publish("commands", Buffer.from("late"))).toBe(false);
    server = await server.restarted();
    await firstValueFrom(state$.pipe(filter(({ kind }) => kind === "connected")));
    expect(connection.publish("commands", Buffer.from("new"))).toBe(true);
    await eventually("the new one comes", () => received.length > 0);
    expect(received).toEqual(["new"]);
  });
});
