import "reflect-metadata";
import { clientOf, connect, serve } from "../../../lib/index";
import { Stage } from "../stage";

/** Serves a stage; prints where, and then each move when it starts. */
async function serveStage(url: string): Promise<void> {
  const stage = new Stage();
  const server = await serve(stage, { url, name: "stage-1" });
  tell(server.url);
  const push = stage.moves.push.bind(stage.moves);
  stage.moves.push = (...moves) => {
    tell({ moves });
    return push(...moves);
  };
}

/** Uses a stage and closes its client, at once or after an answer; must then end by itself. */
async function useStage(url: string, awaiting: string): Promise<void> {
  const stage = connect(Stage, url);
  stage.moved.subscribe();
  const call = stage.moveTo(1).catch((error: unknown) => (error as Error).name);
  if (awaiting === "the-answer") await call;
  const askedAt = performance.now();
  await clientOf(stage).close();
  tell({ outcome: await call, closeMs: performance.now() - askedAt });
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const [, , role, url = "", awaiting = ""] = process.argv;
void (role === "serve" ? serveStage(url) : useStage(url, awaiting));
