import { catchError, EMPTY, merge, type Observable } from "rxjs";
import { type DeviceEvent, type DeviceRecord } from "../../discovery/device-directory";
import { messageOf } from "../../errors";
import { type DeviceSurvey, type SurveyedDevice } from "./device-survey";
import { deviceTable } from "./device-table";
import { LivePicture } from "../terminal/live-picture";
import { type Lookup } from "./lookup";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { NumberCourse } from "../terminal/sparkline";
import { formatTime } from "../terminal/units";

/** How often every device is asked again, in milliseconds. */
const ASK_EVERY_MS = 1_000;

const COURSE_LENGTH = 20;
const TOLD_CHANGES = 5;

interface Look {
  readonly devices: readonly SurveyedDevice[];
  readonly problems: readonly string[];
}

/** A change as it is told: the device came, went, stopped answering or answers again. */
interface Change {
  readonly time: Date;
  readonly event: "added" | "removed" | "lost" | "back";
  readonly device: DeviceRecord;
}

/** Keeps a table of the devices up to date, or tells changes line by line where no person looks, until stopped. */
export async function watchDevices(
  session: Session,
  lookup: Lookup,
  survey: DeviceSurvey,
  query: { readonly type?: string },
): Promise<void> {
  const { output, signal } = session;
  const view = output.isLive ? new LiveTable(session, lookup.description) : new ChangeLines(session);
  const news = new News(merge(...lookup.sources.map(({ directory }) => quietly(directory.changes$))), signal);
  let known: readonly SurveyedDevice[] = [];
  try {
    while (!signal.aborted) {
      const { devices, failures } = await lookup.find(query);
      const ordered = [...devices].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
      const surveyed = await survey.ask(ordered);
      if (isStopped(signal)) break;
      const problems = failures.map(({ error }) => messageOf(error));
      view.show({ devices: surveyed, problems }, changesBetween(known, surveyed));
      known = surveyed;
      await news.orAfter(ASK_EVERY_MS);
    }
  } finally {
    news.close();
    view.close();
  }
}

/** Asked through a function: it changes while something is waited for. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A directory that cannot tell changes is asked again and again anyway. */
function quietly(changes: Observable<DeviceEvent>): Observable<DeviceEvent> {
  return changes.pipe(catchError(() => EMPTY));
}

/** Wakes up when a directory tells a change. */
class News {
  private wake: () => void = () => undefined;
  private readonly subscription;

  constructor(
    changes: Observable<DeviceEvent>,
    private readonly signal: AbortSignal,
  ) {
    this.subscription = changes.subscribe(() => this.wake());
    signal.addEventListener("abort", () => this.wake(), { once: true });
  }

  orAfter(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.subscription.unsubscribe();
  }
}

function changesBetween(
  before: readonly SurveyedDevice[],
  now: readonly SurveyedDevice[],
): readonly Change[] {
  const time = new Date();
  const was = new Map(before.map((device) => [keyOf(device), device]));
  const is = new Set(now.map(keyOf));
  const gone = before.filter((device) => !is.has(keyOf(device)));
  return [
    ...gone.map((device): Change => ({ time, event: "removed", device })),
    ...now.flatMap((device): readonly Change[] => {
      const earlier = was.get(keyOf(device));
      if (earlier === undefined) return [{ time, event: "added", device }];
      if (earlier.alive === device.alive) return [];
      return [{ time, event: device.alive ? "back" : "lost", device }];
    }),
  ];
}

function keyOf({ name, url }: DeviceRecord): string {
  return `${name}\n${url}`;
}

const WORDS = { added: "came", removed: "left", lost: "does not answer", back: "answers again" } as const;

/** A line for each change. */
class ChangeLines {
  constructor(private readonly session: Session) {}

  show(_look: Look, changes: readonly Change[]): void {
    const { output } = this.session;
    for (const change of changes) {
      if (output.json)
        output.record({ time: change.time.toISOString(), event: change.event, ...change.device });
      else output.line(changeText(change));
    }
  }

  close(): void {
    // Nothing was opened.
  }
}

function changeText({ time, event, device }: Change): string {
  const { name, type, url } = device;
  const facts = [name, type, url].filter((fact) => fact !== "").map(printable);
  return `${formatTime(time)}  ${facts.join("  ")}  ${WORDS[event]}`;
}

/** The table, drawn anew over itself; below it the last changes. */
class LiveTable {
  private readonly picture: LivePicture;
  private readonly courses = new Map<string, NumberCourse>();
  private readonly told: Change[] = [];
  private isFirst = true;

  constructor(
    private readonly session: Session,
    private readonly places: string,
  ) {
    this.picture = new LivePicture(session.output);
  }

  show({ devices, problems }: Look, changes: readonly Change[]): void {
    const { paint } = this.session.output;
    // What is there at the beginning did not come just now.
    if (!this.isFirst) this.told.push(...changes);
    this.isFirst = false;
    this.told.splice(0, Math.max(0, this.told.length - TOLD_CHANGES));
    for (const device of devices) this.courseOf(device).add(device.roundTripMs ?? NaN);
    const count = `${devices.length} ${devices.length === 1 ? "device" : "devices"}`;
    this.picture.draw([
      ...deviceTable(devices, paint, (device) => this.courseOf(device).toString()),
      "",
      ...this.told.map((change) => paint.dim(changeText(change))),
      ...problems.map((problem) => paint.red(printable(problem))),
      paint.dim(`${formatTime(new Date())}  ${count}; Ctrl-C ends it; from ${this.places}`),
    ]);
  }

  close(): void {
    this.picture.close();
  }

  private courseOf(device: SurveyedDevice): NumberCourse {
    const course = this.courses.get(keyOf(device)) ?? new NumberCourse(COURSE_LENGTH);
    this.courses.set(keyOf(device), course);
    return course;
  }
}
