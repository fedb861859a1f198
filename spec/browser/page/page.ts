import { clientOf, connect, type Remote } from "rigwire";
import { firstValueFrom, take, toArray } from "rxjs";
import { BenchCamera } from "./bench-camera";

/** What the test does in the page; each gives what can be compared outside. */
const bench = {
  camera: undefined as Remote<BenchCamera> | undefined,

  connect(url: string, token: string): void {
    this.camera = connect(BenchCamera, url, { token, timeoutMs: 5_000 });
  },

  remote(): Remote<BenchCamera> {
    if (this.camera === undefined) throw new Error("not connected");
    return this.camera;
  },

  call: () => bench.remote().add(2, 3),

  async property(): Promise<number> {
    await bench.remote().gain.set(4);
    return bench.remote().gain.get();
  },

  async signals(): Promise<number[]> {
    const told = firstValueFrom(bench.remote().gainChanged.pipe(take(2), toArray()));
    await bench.remote().gain.set(7);
    await bench.remote().gain.set(8);
    return told;
  },

  async picture(): Promise<[width: number, height: number]> {
    const [bytes, { format }] = await bench.remote().picture();
    const image = document.createElement("img");
    image.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: `image/${format}` }));
    document.body.append(image);
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  },

  async failure(): Promise<string> {
    return bench
      .remote()
      .add(1, 1)
      .then(String, (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : "?"));
  },

  close: () => clientOf(bench.remote()).close(),
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });
