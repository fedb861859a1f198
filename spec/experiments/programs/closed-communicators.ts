import { Communicator } from "../../../lib/experiments/communicator";
import { RigServices } from "../../../lib/experiments/rig-services";

// Talks to rigs over a scheme while one of them does not answer, closes everything, and has nothing left to do.

void talkAndClose(process.argv[2] ?? "udp");

async function talkAndClose(scheme: string): Promise<void> {
  const video = await Communicator.server(`${scheme}://127.0.0.1:0`);
  const sound = await Communicator.server(`${scheme}://127.0.0.1:0`);
  video.respond("expinit", () => "ready");
  const rigs = new RigServices({
    video: await Communicator.client(video.uri),
    sound: await Communicator.client(sound.uri),
  });
  const unheard = video.onEvent("alyx", { timeoutMs: 600_000 });
  const heard = sound.onEvent("expinit");
  const round = rigs.init(null, { answerTimeoutMs: 600_000 });
  const ends = Promise.allSettled([round, unheard]);
  await heard;
  await rigs.close();
  await Promise.all([video.close(), sound.close()]);
  process.stdout.write(`${JSON.stringify((await ends).map(({ status }) => status))}\n`);
}
