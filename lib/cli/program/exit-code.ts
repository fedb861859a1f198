import {
  AddressError,
  AdvertisementError,
  AmbiguousDeviceError,
  AuthenticationError,
  CallAbortedError,
  ConnectionLostError,
  ContractError,
  BusyError,
  DeviceUnavailableError,
  EncodingError,
  KeyError,
  MalformedMessageError,
  RigwireError,
  RpcTimeoutError,
  RpycListingDisabledError,
  RpycRegistryUnreachableError,
} from "../../errors";

/** How `rigwire` ends (docs/cli.md). */
export const EXIT = {
  done: 0,
  /** The device, or the registry, said no. */
  refused: 1,
  usage: 2,
  notReachable: 3,
  notAllowed: 4,
  /** Ctrl-C ended a command before it was done, as shells tell it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command line that cannot be carried out as it stands; the message says what to write instead. */
export class UsageError extends RigwireError {}

/** Something that was looked for by name is not there. */
export class NotFoundError extends RigwireError {}

/** A command told its findings itself and ends with an exit code that says more than 0. */
export class CommandEnd extends Error {
  constructor(readonly exitCode: ExitCode) {
    super(`ended with exit code ${exitCode}`);
  }
}

const KINDS: readonly (readonly [abstract new (...args: never[]) => Error, ExitCode])[] = [
  [AuthenticationError, EXIT.notAllowed],
  [UsageError, EXIT.usage],
  [KeyError, EXIT.usage],
  [AmbiguousDeviceError, EXIT.usage],
  [ContractError, EXIT.usage],
  [EncodingError, EXIT.usage],
  [NotFoundError, EXIT.notReachable],
  [BusyError, EXIT.notReachable],
  [DeviceUnavailableError, EXIT.notReachable],
  [RpcTimeoutError, EXIT.notReachable],
  [ConnectionLostError, EXIT.notReachable],
  [RpycRegistryUnreachableError, EXIT.notReachable],
  [MalformedMessageError, EXIT.notReachable],
  [RpycListingDisabledError, EXIT.notAllowed],
  [AdvertisementError, EXIT.notAllowed],
  [CallAbortedError, EXIT.interrupted],
];

const NOT_ALLOWED_CODES: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

/** The exit code that says what kind of error it was. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandEnd) return error.exitCode;
  if (isNotAllowed(error)) return EXIT.notAllowed;
  if (error instanceof AddressError) return EXIT.usage;
  return KINDS.find(([kind]) => error instanceof kind)?.[1] ?? EXIT.refused;
}

/** Also where the system's refusal is the cause. */
function isNotAllowed(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && NOT_ALLOWED_CODES.includes(error.code)) || isNotAllowed(error.cause);
}
