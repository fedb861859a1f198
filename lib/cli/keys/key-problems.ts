import { AuthenticationError, type AuthenticationProblem, messageOf } from "../../errors";

interface KeyProblem {
  /** What is said of the other end. */
  readonly text: string;
  /** What is to be given on the command line. */
  readonly cure?: string;
}

const KEY_PROBLEMS: Readonly<Record<AuthenticationProblem, KeyProblem>> = {
  "client-without-keys": {
    text: "talks only to clients with keys",
    cure: "give --keys FILE (or RIGWIRE_KEYS), and --server-key FILE.pub where it has a pair of its own",
  },
  "server-without-keys": { text: "has no keys", cure: "--plain talks openly to it" },
  "client-not-allowed": { text: "does not allow this side's key" },
  "unexpected-server": {
    text: "has most likely another key than expected: it closed during the security handshake",
    cure: "name the expected one: --server-key FILE.pub",
  },
  "other-mechanism": { text: "wants keys of a kind that rigwire does not have" },
  "client-without-token": {
    text: "takes only clients with a token",
    cure: "set RIGWIRE_TOKEN to the one that rigwire keygen --token NAME printed at the device",
  },
  "unknown-token": { text: "does not know this side's token" },
  "untrusted-certificate": {
    text: "has a certificate that is not trusted",
    cure: "set NODE_EXTRA_CA_CERTS to the certificate of its authority",
  },
  "broker-login": {
    text: "is behind a NATS server that does not let this side in",
    cure: "set RIGWIRE_NATS_CREDENTIALS to the file of its credentials, or RIGWIRE_NATS_TOKEN or _USER and _PASSWORD",
  },
};

/** Why two do not trust each other, in a few words. */
export function keyProblem({ problem }: AuthenticationError): string {
  return KEY_PROBLEMS[problem].text;
}

/** What to do about it on a command line. */
export function keyCure({ problem }: AuthenticationError): string | undefined {
  return KEY_PROBLEMS[problem].cure;
}

/** The same error, as a person at a terminal has to know it. */
export function atTerminal(error: AuthenticationError, place: string): AuthenticationError {
  const { cause, problem } = error;
  // That one names the key which is to be allowed.
  const reason = problem === "client-not-allowed" && cause instanceof Error ? messageOf(cause) : undefined;
  const text = reason === undefined ? `${place} ${keyProblem(error)}` : `${place}: ${reason}`;
  return new AuthenticationError(text, problem, {}, { cause: error });
}
