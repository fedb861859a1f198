import { type Remote } from "rigwire";
import { type ChaosDevice } from "../chaos-device";
import { type Random } from "../random";

/** What was read of a source, and what was wrong with it. */
export class Reading {
  items = 0;
  skipped = 0;
  private last = 0;

  /** @param tellProblem - Gets what must not be. */
  constructor(
    private readonly what: string,
    private readonly tellProblem: (text: string) => void,
  ) {}

  /**
   * @param skipped - How many are said to have been left out before it; nothing where none may be.
   */
  got(number: number | undefined, skipped = 0): void {
    if (number !== this.last + skipped + 1) {
      this.tellProblem(
        `${this.what}: ${number} came after ${this.last}, and ${skipped} were told to be left out`,
      );
    }
    this.last = number ?? 0;
    this.items += 1;
    this.skipped += skipped;
  }

  /** Of progress only what was left out in all is told. */
  gotInOrder(number: number): void {
    if (number <= this.last) this.tellProblem(`${this.what}: progress ${number} came after ${this.last}`);
    this.last = number;
    this.items += 1;
  }
}

/** Reads a source of a device in one way or another, some of it or until it ends. */
export async function readSome(
  remote: Remote<ChaosDevice>,
  random: Random,
  id: string,
  reading: Reading,
): Promise<void> {
  const wanted = random.between(1, 300);
  const way = random.next();
  if (way < 0.3) await readProgress(remote, id, wanted, random.next() < 0.3, reading);
  else if (way < 0.55) await readBlocks(remote, id, wanted, random, reading);
  else if (way < 0.75) await readNumbers(remote, id, wanted, reading);
  else await readLatest(remote, id, Math.ceil(wanted / 20), reading);
}

async function readProgress(
  remote: Remote<ChaosDevice>,
  id: string,
  steps: number,
  cancels: boolean,
  reading: Reading,
): Promise<void> {
  const run = remote.steps(id, Math.min(steps, 100));
  run.progress$.subscribe((step) => {
    reading.gotInOrder(step);
    if (cancels && step > steps / 2) run.cancel("enough");
  });
  try {
    await run;
  } finally {
    reading.skipped += run.skipped;
  }
}

async function readBlocks(
  remote: Remote<ChaosDevice>,
  id: string,
  wanted: number,
  random: Random,
  reading: Reading,
): Promise<void> {
  const window = random.between(1, 200_000);
  for await (const block of remote.blocks(id, random.between(1, 2_000)).every({ window })) {
    reading.got(block[0]);
    if (reading.items >= wanted) return;
  }
}

async function readNumbers(
  remote: Remote<ChaosDevice>,
  id: string,
  wanted: number,
  reading: Reading,
): Promise<void> {
  for await (const number of remote.numbers(id)) {
    reading.got(number);
    if (reading.items >= wanted) return;
  }
}

async function readLatest(
  remote: Remote<ChaosDevice>,
  id: string,
  wanted: number,
  reading: Reading,
): Promise<void> {
  for await (const { value, skipped } of remote.numbers(id).latest()) {
    reading.got(value, skipped);
    if (reading.items >= wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
