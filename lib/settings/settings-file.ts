import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { replaceFile } from "../platform/replace-file";
import { stateDirectoryOf } from "../platform/state-directory";
import { hasCode } from "../system-error";
import { Backoff } from "../time/backoff";
import { pause } from "../time/pause";
import { withDeadline } from "../time/with-deadline";
import { decodeSettings, encodeSettings, type Setting } from "./settings-document";
import { SettingsLock, SettingsTakenError } from "./settings-lock";

const PRIVATE_FOLDER = 0o700;

/** Settings are few and short; whatever is larger is another thing, or would take long to write at every set. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Sets that follow each other within this time, as of a slider, are written once: memory cards wear out. */
const PAUSE_MS = 250;

/** A disk that is full may have room again. */
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

/** A disk that does not answer holds nobody up at the end. */
const CLOSE_WITHIN_MS = 2_000;

/** Whose settings a file keeps. */
export interface SettingsOwner {
  readonly name: string;
  /** The service type. */
  readonly type: string;
}

/** Where a device's settings are kept where its owner names no folder. */
export function settingsFolder(): string {
  return join(stateDirectoryOf("rigwire"), "settings");
}

/**
 * The file that keeps a device's settings. It is written as a whole, in the background, and by one server alone. What
 * keeps it from being written is logged, and tried again: it never fails a set.
 */
export class SettingsFile {
  readonly path: string;
  private readonly lock: SettingsLock;
  private readonly backoff = new Backoff(RETRY);
  private readonly closing = new AbortController();
  private settings = new Map<string, Setting>();
  /** What is in the way of writing for good: something there that must not be written over. */
  private obstacle: string | undefined;
  private isDirty = false;
  private isTold = false;
  private isWriting = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly owner: SettingsOwner,
    private readonly log: Logger,
  ) {
    const file = fileNameOf(owner.name);
    this.path = join(folder, `${file}.json`);
    this.lock = new SettingsLock(join(folder, `${file}.lock`), (pid, host) =>
      this.log.warn(
        { path: this.path, pid, host },
        `${owner.name} took over ${this.path} from process ${pid} on ${host}: if a server runs there, it keeps no more ` +
          "settings; give one of the two a name of its own (name), or a folder of its own (settingsFolder)",
      ),
    );
  }

  /**
   * What was kept, of whatever properties; nothing at the first time. A file that is none is put aside.
   *
   * @throws SettingsHeldError if another server keeps the same file.
   */
  async open(): Promise<ReadonlyMap<string, Setting>> {
    await this.prepare();
    this.settings = new Map(await this.read());
    return this.settings;
  }

  /** Keeps a value from now on. Returns at once. */
  keep(property: string, setting: Setting): void {
    this.settings.set(property, setting);
    this.isDirty = true;
    if (!this.isWriting) this.writing = this.writeAll();
  }

  /** Writes what is not written yet, and lets another server have the file. Idempotent; never fails. */
  async close(): Promise<void> {
    this.closing.abort();
    await withDeadline(this.writing, CLOSE_WITHIN_MS, () => undefined);
    if (this.isDirty) {
      const lost = [...this.settings.keys()].join(", ");
      this.log.error(
        { path: this.path },
        `${this.owner.name} closed before ${lost} could be kept in ${this.path}`,
      );
    }
    await withDeadline(this.lock.release(), CLOSE_WITHIN_MS, () => undefined);
  }

  /** A folder that cannot be written is told, and tried again with the first value. */
  private async prepare(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: PRIVATE_FOLDER });
      await this.lock.take();
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      this.tell(error);
    }
  }

  private async read(): Promise<ReadonlyMap<string, Setting>> {
    let text: string;
    try {
      const { size } = await stat(this.path);
      if (size > MAX_FILE_BYTES) return await this.putAside(`has ${size} bytes`);
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return new Map();
      return this.leaveAlone(`cannot be read: ${messageOf(error)}`);
    }
    try {
      const { type, settings } = decodeSettings(text);
      if (type === this.owner.type) return settings;
      return await this.putAside(`is of a device of type ${JSON.stringify(type)}, not ${this.owner.type}`);
    } catch (error) {
      return this.putAside(`is no file of settings: ${messageOf(error)}`);
    }
  }

  private async putAside(problem: string): Promise<ReadonlyMap<string, Setting>> {
    const aside = `${this.path}.${new Date().toISOString().replaceAll(":", "-")}.aside`;
    try {
      await rename(this.path, aside);
    } catch (error) {
      return this.leaveAlone(`${problem}, and cannot be put aside: ${messageOf(error)}`);
    }
    this.log.error(
      { path: this.path, aside },
      `${this.owner.name} starts with its defaults: ${this.path} ${problem}; it was put aside as ${aside}`,
    );
    return new Map();
  }

  /** What cannot be read is never written over. */
  private leaveAlone(problem: string): ReadonlyMap<string, Setting> {
    this.obstacle = `${this.path} ${problem}`;
    this.log.error(
      { path: this.path },
      `${this.owner.name} starts with its defaults, and keeps no settings: ${this.obstacle}; move it away, or make it ` +
        "readable, and start the device again",
    );
    return new Map();
  }

  private async writeAll(): Promise<void> {
    const { signal } = this.closing;
    this.isWriting = true;
    while (this.isDirty && this.obstacle === undefined) {
      const isLast = signal.aborted;
      const waitMs = (await this.tryToWrite()) ? PAUSE_MS : this.backoff.next();
      if (isLast) break;
      await pause(waitMs, { signal, ref: false });
    }
    this.isWriting = false;
  }

  private async tryToWrite(): Promise<boolean> {
    this.isDirty = false;
    try {
      await this.write();
    } catch (error) {
      this.isDirty = true;
      if (error instanceof SettingsTakenError) this.yieldTo(error);
      else this.tell(error);
      return false;
    }
    if (this.isTold) this.log.warn({ path: this.path }, `${this.owner.name}: its settings are kept again`);
    this.isTold = false;
    this.backoff.reset();
    return true;
  }

  private async write(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: PRIVATE_FOLDER });
    await this.lock.take();
    const { settings, owner } = this;
    const text = encodeSettings({ ...owner, time: new Date().toISOString(), settings });
    if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw new Error(`more than ${MAX_FILE_BYTES} bytes`);
    await replaceFile(this.path, text);
    this.log.debug({ path: this.path }, `${owner.name}: its settings were written to ${this.path}`);
  }

  /** Another server keeps the file now: what it writes is not written over. */
  private yieldTo({ message }: SettingsTakenError): void {
    this.obstacle = message;
    this.log.error(
      { path: this.path },
      `${this.owner.name}: its settings are kept in ${this.path} no more: ${message}; end one of the two servers, or give ` +
        "it a name of its own (name), or a folder of its own (settingsFolder)",
    );
  }

  /** Once, until it works again. */
  private tell(error: unknown): void {
    if (this.isTold) return;
    this.isTold = true;
    this.log.error(
      { err: error, path: this.path },
      `${this.owner.name}: its settings cannot be kept in ${this.path}: ${messageOf(error)}; values that are set count ` +
        "until it ends, and writing is tried again",
    );
  }
}

function isOfSystem(error: unknown): boolean {
  return typeof error === "object" && error !== null && "syscall" in error;
}

const MAX_NAME_LENGTH = 100;

/** A name that any system takes, another for each device. */
function fileNameOf(name: string): string {
  const safe = name.replace(
    /[^A-Za-z0-9_-]/gu,
    (character) => `%${character.codePointAt(0)?.toString(16) ?? ""}.`,
  );
  if (safe.length <= MAX_NAME_LENGTH) return safe;
  return `${safe.slice(0, MAX_NAME_LENGTH)}-${createHash("sha256").update(safe).digest("hex").slice(0, 16)}`;
}
