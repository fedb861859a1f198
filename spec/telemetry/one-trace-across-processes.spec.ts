import { join } from "node:path";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { clientOf, connect } from "../../lib/index";
import { traced } from "../../lib/opentelemetry";
import { closing } from "../support/closing";
import { typeScriptProgram } from "../support/typescript-child";

interface RemoteSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
}

interface Stage {
  home(): Promise<number>;
  spans(): Promise<readonly RemoteSpan[]>;
}

describe("a trace", () => {
  const tracedDevice = typeScriptProgram(join(__dirname, "programs/traced-device.ts"));
  const untracedDevice = typeScriptProgram(join(__dirname, "programs/untraced-device.ts"));

  it("leads from a client through another process to what the method does there", async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const url = (await tracedDevice.start().next()) as string;
    const stage = await connect<Stage>(url, { interceptors: [traced({ tracerProvider })] });
    closing(clientOf(stage));
    await stage.home();
    const [sent] = exporter.getFinishedSpans();
    const served = await stage.spans();

    const call = served.find(({ name }) => name === "stage/home");
    const motor = served.find(({ name }) => name === "motor");
    const { traceId, spanId } = sent?.spanContext() ?? {};
    expect(call).toMatchObject({ traceId, parent: spanId });
    expect(motor).toMatchObject({ traceId, parent: call?.spanId });
  });

  it("is nobody's concern who does not ask for one: nothing of it is loaded", async () => {
    const { all, modules } = (await untracedDevice.start().next()) as { all: number; modules: string[] };

    expect(all).toBeGreaterThan(50);
    expect(modules).toEqual([]);
  });
});
