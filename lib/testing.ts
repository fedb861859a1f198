import "./platform/node";
import "./log/pino-logger";
import { registerMemoryTransport } from "./transport/memory/register";

registerMemoryTransport();

let served = 0;

/**
 * A URL for a device in a test: `serve(new Stage(), { url: memoryUrl() })`, `connect(Stage, server.url)`. The whole of
 * rigwire is between the two but a network: no port is taken, and nothing outlives the test's process.
 *
 * @returns Another `memory://` URL each time.
 */
export function memoryUrl(): string {
  return `memory://test-${++served}`;
}
