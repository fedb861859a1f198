import "reflect-metadata";
import { createInterface } from "node:readline";
import { lastValueFrom, take, toArray } from "rxjs";
import { clientOf, connect, type Remote } from "../../../lib/index";
import { Hall } from "../hall";

const CALLS_EACH = 3;
const USUAL_TIMEOUT_MS = 10_000;

/** The answers of one guest, each of which only it asks for. */
async function visit(hall: Remote<Hall>, guest: number): Promise<boolean> {
  const names = Array.from({ length: CALLS_EACH }, (_, call) => `guest ${guest}, call ${call}`);
  const answers = await Promise.all(names.map((name) => hall.greet(name)));
  return answers.every((answer, call) => answer === `hello ${names[call] ?? ""}`);
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * So many clients at once: each calls and prints how many got their own answers, and what went wrong; each listens for announcements, and
 * prints how many heard them all; all leave when a line comes.
 */
async function main(url: string, guests: number, announcements: number, timeoutMs: number): Promise<void> {
  const halls = Array.from({ length: guests }, () => connect(Hall, url, { timeoutMs }));
  const announced = halls.map((hall) => lastValueFrom(hall.announced.pipe(take(announcements), toArray())));
  const visits = await Promise.allSettled(halls.map((hall, guest) => visit(hall, guest)));
  const answered = visits.filter((each) => each.status === "fulfilled" && each.value).length;
  const problems = visits.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
  // Each names its device: the one name that is known, or none.
  tell({
    answered,
    problems: [...new Set(problems.map((problem) => problem.replace(/ \S+ was/, " hall was")))],
  });
  const wanted = JSON.stringify(Array.from({ length: announcements }, (_, index) => index + 1));
  const heard = await Promise.all(announced);
  tell({ heard: heard.filter((numbers) => JSON.stringify(numbers) === wanted).length });
  const lines = createInterface({ input: process.stdin });
  await new Promise((resolve) => lines.once("line", resolve));
  lines.close();
  process.stdin.unref();
  await Promise.all(halls.map((hall) => clientOf(hall).close()));
  tell("left");
}

const [, , url = "", guests, announcements, timeoutMs] = process.argv;
void main(url, Number(guests), Number(announcements), Number(timeoutMs ?? USUAL_TIMEOUT_MS));
