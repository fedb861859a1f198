import "reflect-metadata";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { serve } from "../../../lib/index";
import { eventually } from "../../support/eventually";
import { Hall } from "../hall";

const files: number[] = [];

/** Opens files until the system allows no more. */
function fill(): void {
  try {
    for (;;) files.push(openSync(devNull, "r"));
  } catch {
    // It is full.
  }
}

function makeRoomForOne(): void {
  closeSync(files.pop() ?? NaN);
}

function isRoomForOne(): boolean {
  const opened = files.length;
  fill();
  return files.length > opened;
}

function tell(text: string): void {
  process.stdout.write(`${JSON.stringify(text)}\n`);
}

/** Starts a second server where there is room for one more file, closes the first where there is none; tells both. */
async function main(): Promise<void> {
  const first = await serve(new Hall());
  fill();
  // A server has two sockets.
  makeRoomForOne();
  await serve(new Hall()).catch((error: unknown) => tell((error as Error).message));
  await eventually("the room is there again", isRoomForOne);
  await first.close();
  await first.closed;
  tell("closed");
}

void main();
