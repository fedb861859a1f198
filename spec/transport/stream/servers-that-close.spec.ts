import { createServer } from "node:net";
import { DeviceUnavailableError } from "../../../lib/errors";
import { FrameDecoder } from "../../../lib/transport/stream/frame-decoder";
import { KIND } from "../../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../../lib/transport/stream/frame-writer";
import { closing } from "../../support/closing";
import { freshSocketPath } from "../../support/socket-folder";
import { connectLamp } from "./lamp";

const WELCOME = encodeFrame(KIND.hello, 0, ['{"protocol":"rigwire-stream","version":1}']);
const CLOSING = '{"success":false,"error":"the server is closing","traceback":"","reason":"busy"}';

it("a server in the last moment before it is closed counts as away, not as another device", async () => {
  const path = freshSocketPath();
  const server = createServer((socket) => {
    const decoder = new FrameDecoder(10_000, 2, (kind, id) =>
      socket.write(kind === KIND.hello ? WELCOME : encodeFrame(KIND.message, id, [CLOSING])),
    );
    socket.on("error", () => undefined).on("data", (bytes) => decoder.push(bytes));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  closing({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
  const lamp = connectLamp(`unix://${path}`, { timeoutMs: 500 });

  const call = lamp.switch(true);
  await expect(call).rejects.toThrow(DeviceUnavailableError);
  await expect(call).rejects.toThrow(/the server is closing/);
});
