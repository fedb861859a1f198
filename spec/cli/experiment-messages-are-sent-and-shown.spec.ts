import { commandLine } from "./support/command-line";

const rigwire = commandLine();

describe("rigwire experiment", () => {
  it("prints in one terminal what was sent from another", async () => {
    const server = rigwire.start("experiment", "server", "udp://127.0.0.1:0", "--json");
    const { uri } = JSON.parse(await server.line()) as { uri: string };
    const sent = await rigwire.run(
      "experiment",
      "client",
      uri,
      "EXPSTART",
      "2020-01-01_001_baz",
      '{"rate":30}',
    );
    const ended = await rigwire.run("experiment", "client", uri, "4");

    expect(sent).toMatchObject({ code: 0, stdout: `${uri} confirmed EXPSTART\n` });
    expect(ended).toMatchObject({ code: 0, stdout: `${uri} confirmed EXPEND\n` });
    expect(JSON.parse(await server.line())).toMatchObject({
      event: "EXPSTART",
      body: ["2020-01-01_001_baz", { rate: 30 }],
    });
    expect(JSON.parse(await server.line())).toMatchObject({ event: "EXPEND", body: [null] });
    server.signal();
    expect((await server.ended).code).toBe(0);
  });

  it("says what is wrong with what it is told", async () => {
    const wrong = await rigwire.run("experiment", "leader");
    const silent = await rigwire.run("experiment", "client", "udp://127.0.0.1:9", "EXPINIT");
    const nameless = await rigwire.run("experiment", "client", "udp://127.0.0.1:9", "EXPSTART");

    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("no role of a rig") });
    expect(nameless.stderr).toContain("EXPSTART names its experiment");
    expect(silent.code).not.toBe(0);
    expect(silent.stderr).toContain("EXPINIT");
  });
});
