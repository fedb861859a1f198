import { Dealer, Subscriber } from "zeromq";
import { generateKeys } from "rigwire";
import { closing } from "./closing";

/** Where a device with keys is served that lets everybody in who knows its key. */
export interface KeyedDevice {
  readonly url: string;
  readonly publicKey: string;
}

/** A client with keys that is ZeroMQ alone: it does with what comes what the test likes. */
export function keyedDealer(device: KeyedDevice, options: object = {}): Dealer {
  const dealer = closing(new Dealer({ ...curveOptions(device), receiveTimeout: 30_000, ...options }));
  dealer.connect(device.url);
  return dealer;
}

/** A subscriber with keys that gets every signal that it reads. */
export async function keyedSubscriber(device: KeyedDevice, options: object = {}): Promise<Subscriber> {
  const dealer = keyedDealer(device);
  const { signal_port: port } = (await ask(dealer, { event: "INIT_SIGNALS_HANDLING" })) as {
    readonly signal_port: number;
  };
  const subscriber = closing(new Subscriber({ ...curveOptions(device), ...options }));
  subscriber.connect(`tcp://127.0.0.1:${port}`);
  subscriber.subscribe("");
  return subscriber;
}

/** Sends a request and returns its reply, where no other is under way. */
export async function ask(dealer: Dealer, request: object): Promise<unknown> {
  await dealer.send(["", JSON.stringify(request)]);
  return JSON.parse(String((await dealer.receive()).at(-1)));
}

function curveOptions({ publicKey: curveServerKey }: KeyedDevice) {
  const { publicKey, secretKey } = generateKeys();
  return { linger: 0, curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey };
}
