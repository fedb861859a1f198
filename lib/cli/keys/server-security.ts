import { type Plain, type ServerSecurity } from "../../security/credentials";
import { isWebUrl } from "../../address/web-address";
import { resolveServerSecurity } from "../../security/security-options";
import { isExposed } from "../../transport/exposure";
import { needsKeys } from "./chosen-keys";
import { UsageError } from "../program/exit-code";
import { type ServerKeyOptions } from "./key-options";
import { type Output } from "../terminal/output";
import { setting } from "../../security/environment-setting";

/** Who may use what is served. */
export interface ChosenServerSecurity {
  readonly security: ServerSecurity | Plain;
  /** Nobody said that everybody may. */
  readonly isOpenByDefault: boolean;
}

/**
 * The keys of what is served, as the options say, else as the environment says.
 *
 * @throws UsageError for options that do not go together, KeyError for half a setup in the environment.
 */
export function chosenServerSecurity(
  { keys: named, allow: given, plain = false }: ServerKeyOptions,
  env: NodeJS.ProcessEnv,
): ChosenServerSecurity {
  if (plain && given !== undefined) throw new UsageError("--plain lets everybody in: leave --allow away");
  if (plain) return { security: "plain", isOpenByDefault: false };
  const keys = named ?? setting(env.RIGWIRE_KEYS);
  if (keys === undefined) {
    if (given !== undefined) throw needsKeys("--allow");
    resolveServerSecurity(undefined, env);
    return { security: "plain", isOpenByDefault: true };
  }
  const allow = given ?? setting(env.RIGWIRE_ALLOW);
  return { security: { keys, ...(allow !== undefined && { allow }) }, isOpenByDefault: false };
}

/** Says that everybody on the network may use what is served, where nobody said that it shall be so. */
export function warnIfOpen(
  output: Output,
  url: string,
  { isOpenByDefault }: ChosenServerSecurity,
  tokens = setting(process.env.RIGWIRE_TOKENS),
): void {
  if (!isOpenByDefault || !isExposed(url)) return;
  const cure = isWebUrl(url)
    ? "--tokens FILE lets in who has a token (rigwire keygen --token NAME)"
    : "--keys FILE lets in who is allowed";
  if (isWebUrl(url) && tokens !== undefined) return;
  const { yellow } = output.notePaint;
  output.note(
    `${yellow("warning:")} whoever reaches ${url} can use it: ${cure}, --plain says that it shall be so`,
  );
}
