import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { JsonMethod, RpcService, serve } from "../../../lib/index";
import { traced } from "../../../lib/opentelemetry";

const exporter = new InMemorySpanExporter();

@RpcService({ type: "stage" })
class Stage {
  @JsonMethod({ returns: Number })
  async home(): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    trace.getTracer("driver").startSpan("motor").end();
    return 0;
  }

  /** What has ended by now, so not itself. */
  @JsonMethod({ concurrent: true })
  spans(): unknown[] {
    return exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId ?? null,
    }));
  }
}

async function main(): Promise<void> {
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const server = await serve(new Stage(), { url: "tcp://127.0.0.1", interceptors: [traced()] });
  process.stdout.write(`${JSON.stringify(server.url)}\n`);
}

void main();
