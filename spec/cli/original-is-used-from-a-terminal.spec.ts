import { describeWithPython } from "../interop/python-peer";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

describeWithPython(["zmq"], "an original device in Python", (python) => {
  async function served() {
    const peer = python.start("original_server.py");
    return { peer, url: String(await peer.next()) };
  }

  it("is inspected, called, read and set like any other", async () => {
    const { url } = await served();
    const inspected = await rigwire.run("inspect", url);
    expect(inspected.stdout).toContain(`cam  ${url} · a Python original\n`);
    expect(inspected.stdout).toMatch(/^ {2}get_image\(…\) → bytes +no timeout$/m);
    expect(inspected.stdout).toContain('  mode   "STILL"\n');
    const results = [
      await rigwire.run("call", url, "echo", "hello", "--kw", "times=2"),
      await rigwire.run("call", url, "numbers", "--json"),
      await rigwire.run("call", url, "get_image", "true"),
      await rigwire.run("set", url, "mode", "VIDEO"),
      await rigwire.run("call", url, "boom"),
      await rigwire.run("call", url, "by_name", "5", "--kw", "mode=fast", "--kw", "gain=3"),
    ];
    expect(results.map(({ stdout }) => stdout)).toEqual([
      "Echo: helloEcho: hello\n",
      expect.stringContaining('"nan":NaN,"infinities":[Infinity,-Infinity],"big":1763633000123456789'),
      expect.stringMatching(/^cam-get_image\.jpg {2}3 B in /),
      'mode = "VIDEO"\n',
      "",
      '[5, 1, "fast", 3]\n',
    ]);
    expect(results[4]).toMatchObject({
      code: 1,
      stderr: "rigwire: cam.boom: bad thing; --verbose shows its traceback\n",
    });
  });

  it("is watched", async () => {
    const { peer, url } = await served();
    const watch = rigwire.start("watch", url, "moved", "--count", "1");
    expect(await watch.note()).toContain("watching moved of cam");
    await peer.ask({ emit: "moved", args: [1.5, [1, 2]] });
    const { code, stdout } = await watch.ended;
    expect(stdout).toMatch(/^\S+ {2}moved {2}\[1\.5, \[1, 2\]\]\n$/);
    expect(code).toBe(0);
  });
});
