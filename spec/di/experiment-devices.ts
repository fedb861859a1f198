import {
  Communicator,
  ExperimentEvent,
  JsonMethod,
  OnExperiment,
  type ReceivedMessage,
  RigApp,
  RigParticipant,
  RigParticipantModule,
  type RigParticipantOptions,
  RpcService,
} from "rigwire";
import { silent } from "../experiments/rigs-on-loopback";
import { closing } from "../support/closing";

const { START, END, INTERRUPT } = ExperimentEvent;

export const REFERENCE = "2022-01-01_1_mouse";

abstract class Recorder {
  readonly story: string[] = [];

  @OnExperiment(START)
  begin({ reference, data }: ReceivedMessage): unknown {
    this.story.push(`begin ${String(reference)}`);
    return data;
  }

  @OnExperiment(END | INTERRUPT)
  finish(message: ReceivedMessage): string {
    this.story.push(`finish by ${message.name}`);
    return "done";
  }
}

@RpcService({ type: "camera" })
export class Camera extends Recorder {
  private release: () => void = () => undefined;

  @JsonMethod()
  async move(): Promise<void> {
    this.story.push("move");
    await new Promise<void>((resolve) => (this.release = resolve));
    this.story.push("moved");
  }

  /** Lets `move` end. */
  arrive(): void {
    this.release();
  }
}

/** An app whose devices take part, and a main rig that tells them. */
export async function rigWith(devices: Record<string, object>, options: RigParticipantOptions = {}) {
  const app = closing(
    new RigApp({ logger: silent }).use(
      RigParticipantModule.listen("udp://127.0.0.1:0", { name: "video", logger: silent, ...options }),
    ),
  );
  for (const [name, device] of Object.entries(devices)) app.serve(device, { name });
  await app.start();
  const { uri } = app.resolve(RigParticipant);
  const main = closing(await Communicator.client(uri, { name: "main", logger: silent }));
  const tell = async (event: ExperimentEvent, ...body: unknown[]) =>
    (await main.request({ event, body: body.length === 0 ? [null] : body })).body;
  return { app, main, tell };
}
