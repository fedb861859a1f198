import { platform } from "./platform/current";

/** What a program can tell an error by: its class, and the `code` that many errors of Node and of drivers have. */
export interface ErrorKind {
  readonly name?: string | undefined;
  readonly code?: string | number | undefined;
}

/** The text of anything that was thrown, also of what is no `Error` or does not let itself be read. */
export function messageOf(thrown: unknown): string {
  try {
    return textOf(platform().isError(thrown) ? thrown.message || thrown.name : thrown);
  } catch {
    return "an error that cannot be printed";
  }
}

/** The class and the `code` of anything that was thrown; neither of what is no error or does not let itself be read. */
export function kindOfError(thrown: unknown): ErrorKind {
  try {
    if (!platform().isError(thrown)) return {};
    const { name, constructor } = thrown;
    const code = "code" in thrown ? thrown.code : undefined;
    return {
      // A class that sets no name inherits "Error".
      name: name === "Error" ? constructor.name : textOf(name),
      code: typeof code === "string" || typeof code === "number" ? code : undefined,
    };
  } catch {
    return {};
  }
}

/** The stack trace of anything that was thrown; empty where it has none that can be read. */
export function stackOf(thrown: unknown): string {
  try {
    return platform().isError(thrown) ? textOf(thrown.stack ?? "") : "";
  } catch {
    return "";
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : platform().inspect(value);
}
