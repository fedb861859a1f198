import { excerpt } from "../contract/excerpt";
import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { ContractError, messageOf, ValidationError } from "../errors";
import { type Logger } from "../log/logger";
import { type Setting, settingOf, settingText } from "../settings/settings-document";
import { settingsFolder, SettingsFile } from "../settings/settings-file";
import { SettingsHeldError } from "../settings/settings-lock";
import { withDeadline } from "../time/with-deadline";
import { acceptedValue } from "./accepted-value";
import { type Device } from "./device";
import { type ServeOptions } from "./serve-options";

/** A rule that waits for something holds up the start of a device no longer. */
const CHECK_WITHIN_MS = 10_000;

/** The values of a device's `persist` properties: brought back before anybody can connect, kept as callers set them. */
export class KeptSettings {
  private constructor(
    private readonly file: SettingsFile,
    private readonly name: string,
    private readonly log: Logger,
  ) {}

  /**
   * Brings the values back that the file of the device keeps.
   *
   * @returns Nothing where no property of the device is kept.
   * @throws ContractError if another server keeps settings under the same name.
   */
  static async restore(
    device: Device,
    contract: ServiceContract,
    options: Pick<ServeOptions, "name" | "settingsFolder">,
    log: Logger,
  ): Promise<KeptSettings | undefined> {
    const properties = [...contract.properties.values()].filter(({ persist }) => persist === true);
    if (properties.length === 0) return undefined;
    const { name = "", settingsFolder: folder = settingsFolder() } = options;
    const owner = { name: name === "" ? contract.type : name, type: contract.type };
    const file = new SettingsFile(folder, owner, log);
    const kept = new KeptSettings(file, owner.name, log);
    try {
      await kept.bringBack(device, properties, await file.open());
      return kept;
    } catch (error) {
      await file.close();
      if (!(error instanceof SettingsHeldError)) throw error;
      throw new ContractError(
        `the settings of ${owner.name} are in use (${file.path}): ${error.message}; end that server, or give this one a ` +
          "name of its own (name), or a folder of its own (settingsFolder)",
        {},
        { cause: error },
      );
    }
  }

  /**
   * Says how a value that a caller wants to set is kept, before the device has it: it may change what it gets.
   *
   * @returns Keeps the value; to be called once the device has taken it.
   */
  noted({ wireName, metadata }: PropertyContract, value: unknown): () => void {
    let text: string;
    try {
      text = settingText(value, wireName);
    } catch (error) {
      return () =>
        this.log.error({ err: error }, `${this.name}.${wireName} cannot be kept: ${messageOf(error)}`);
    }
    const unit = metadata?.unit;
    return () => this.file.keep(wireName, { value: settingOf(text), ...(unit !== undefined && { unit }) });
  }

  /** Writes what is not written yet. Idempotent; never fails. */
  close(): Promise<void> {
    return this.file.close();
  }

  private async bringBack(
    device: Device,
    properties: readonly PropertyContract[],
    settings: ReadonlyMap<string, Setting>,
  ): Promise<void> {
    const restored: string[] = [];
    for (const property of properties) {
      const setting = settings.get(property.wireName);
      if (setting === undefined) continue;
      const { wireName } = property;
      try {
        device.set(property.member, await this.accepted(property, setting));
        restored.push(`${wireName} = ${excerpt(setting.value)}`);
      } catch (error) {
        this.log.error(
          { err: error, property: wireName, path: this.file.path },
          `${this.name}.${wireName} starts with its default: ${excerpt(setting.value)} of ${this.file.path} is refused: ` +
            `${messageOf(error)}; set it anew, or correct the file`,
        );
      }
    }
    if (restored.length === 0) return;
    this.log.info({ path: this.file.path }, `${this.name} has its settings again: ${restored.join(", ")}`);
  }

  private accepted(property: PropertyContract, { value, unit }: Setting): Promise<unknown> {
    const now = property.metadata?.unit;
    if (unit !== undefined && now !== undefined && unit !== now) {
      throw new ValidationError(`it is in ${unit}, and the property is in ${now} now`);
    }
    return withDeadline(acceptedValue(property, value), CHECK_WITHIN_MS, () => {
      throw new ValidationError(`its check takes longer than ${CHECK_WITHIN_MS} ms`);
    });
  }
}
