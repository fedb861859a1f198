import { describeWithPython, findPython } from "./python-peer";

it("finds no Python for a module that nobody has", () => {
  expect(findPython(["rigwire_has_no_such_module"])).toBeUndefined();
});

describeWithPython(["json"], "a Python peer", (python) => {
  it("gets arguments and answers in JSON lines", async () => {
    const peer = python.start("echo_peer.py", ["one", "two"]);

    expect(await peer.next()).toEqual({ args: ["one", "two"] });
    expect(await peer.ask({ text: "é\n" })).toEqual({ text: "é\n" });
  });

  it("tells its stderr when it ends where a line was expected", async () => {
    const peer = python.start("echo_peer.py");
    await peer.next();

    await expect(peer.ask({ exit: 3 })).rejects.toThrow(/echo_peer\.py ended with code 3\nasked to exit/);
  });

  it("fails at the deadline when it prints nothing", async () => {
    const peer = python.start("echo_peer.py");
    await peer.next();

    await expect(peer.next(20)).rejects.toThrow("printed nothing for 20 ms");
  });

  it("is gone after its end, which may be asked for twice", async () => {
    const peer = python.start("echo_peer.py");
    await peer.next();
    const pid = peer.pid!;

    await peer.end();
    await peer.end();

    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
