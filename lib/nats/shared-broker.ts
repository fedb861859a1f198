import { type Observable } from "rxjs";
import { BrokerConnection, type BrokerState } from "./broker-connection";
import { type NatsSettings } from "./nats-settings";

interface Shared {
  readonly connection: Promise<BrokerConnection>;
  users: number;
}

/** Those of this process, by what they are made with. */
const connections = new Map<string, Shared>();

/** What connections learned of their clusters, for the next one with the same settings: its own servers may be gone. */
const clusters = new Map<string, readonly string[]>();

/** One user's part of a connection that others use too. */
export interface BrokerShare {
  readonly connection: BrokerConnection;
  readonly state$: Observable<BrokerState>;
  /** Lets go of it; the last who does so closes it. Idempotent. */
  release(): Promise<void>;
}

/**
 * The connection of this process with these settings, which is made by the first who asks for it.
 *
 * @throws whatever {@link BrokerConnection.open} throws.
 */
export async function shareBroker(settings: NatsSettings): Promise<BrokerShare> {
  const key = JSON.stringify(settings);
  const shared = connections.get(key) ?? open(key, settings);
  shared.users += 1;
  let isReleased = false;
  const release = async () => {
    if (isReleased) return;
    isReleased = true;
    shared.users -= 1;
    if (shared.users > 0) return;
    if (connections.get(key) === shared) connections.delete(key);
    const connection = await shared.connection;
    clusters.set(key, connection.clusterServers);
    await connection.close();
  };
  const connection = await shared.connection;
  return { connection, state$: connection.state$, release };
}

function open(key: string, settings: NatsSettings): Shared {
  const servers = [...new Set([...settings.servers, ...(clusters.get(key) ?? [])])];
  const shared: Shared = { connection: BrokerConnection.open({ ...settings, servers }), users: 0 };
  connections.set(key, shared);
  // Whoever asks after a failure tries again.
  shared.connection.catch(() => {
    if (connections.get(key) === shared) connections.delete(key);
  });
  return shared;
}
