import { fileURLToPath } from "node:url";
import { combineLatest, map, Subject, type Subscription } from "rxjs";
import {
  Arg,
  arrayOf,
  CallContext,
  clientOf,
  injectable,
  InjectClient,
  Integer,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  Signal,
  withOptions,
} from "rigwire";
import { CameraContract } from "./camera-contract";
import { ScanConfig } from "./scan-config";
import { ScanFolder } from "./scan-folder";
import { ScanProgress } from "./scan-progress";
import { ScanResult } from "./scan-result";
import { Turntable } from "./turntable";

const FULL_TURN = 360;

/** How long a view may take, in milliseconds: a rendered one on a slow computer takes seconds. */
const VIEW_WITHIN_MS = 60_000;

/** plantimager's controller: takes the pictures of a plant from all sides. */
@injectable()
@RpcService({ type: "controller", naming: "snake_case" })
export class ScanController {
  @Signal(Integer, { wireName: "progressChanged", show: "main" }) readonly progressChanged =
    new Subject<number>();
  @Signal(Integer, { wireName: "maxProgressChanged" }) readonly maxProgressChanged = new Subject<number>();
  @Signal(Boolean, { wireName: "readyToScanChanged", show: "main" }) readonly readyToScanChanged =
    new Subject<boolean>();
  @Signal(arrayOf(String), { wireName: "cameraNamesChanged" })
  readonly cameraNamesChanged = new Subject<string[]>();

  /** Views taken of the running scan. */
  @RpcProperty({
    notify: "progressChanged",
    readonly: true,
    type: Integer,
    show: "main",
    description: "views taken of the running scan",
  })
  progress = 0;

  /** Views that the scan takes altogether. */
  @RpcProperty({
    notify: "maxProgressChanged",
    readonly: true,
    type: Integer,
    description: "views that the scan takes altogether",
  })
  maxProgress = 0;

  /** Whether camera and turntable are there and no scan runs. */
  @RpcProperty({
    notify: "readyToScanChanged",
    readonly: true,
    type: Boolean,
    show: "main",
    description: "camera and turntable are there, and no scan runs",
  })
  readyToScan = false;

  @RpcProperty({
    notify: "cameraNamesChanged",
    readonly: true,
    type: arrayOf(String),
    show: "detail",
    description: "the cameras that are connected",
  })
  cameraNames: string[] = [];

  private config = new ScanConfig();
  private datasetName = "plant";
  private databaseUrl = new URL("scan-output/", `file://${process.cwd()}/`);
  private isScanning = false;
  private isComplete = false;
  private readonly watching: Subscription;

  constructor(
    @InjectClient(CameraContract) private readonly camera: Remote<CameraContract>,
    @InjectClient(Turntable) private readonly turntable: Remote<Turntable>,
  ) {
    const states = combineLatest([clientOf(camera).state$, clientOf(turntable).state$]);
    this.watching = states
      .pipe(map(([cameraState, table]) => ({ cameraState, hasTable: table.kind === "connected" })))
      .subscribe(({ cameraState, hasTable }) => {
        this.cameraNames = cameraState.kind === "connected" ? [cameraState.inventory.name] : [];
        this.isComplete = hasTable && cameraState.kind === "connected";
        this.tellReady();
      });
    // Subscribing connects, and keeps connected.
    this.watching.add(camera.modeChanged.subscribe());
    this.watching.add(turntable.angleChanged.subscribe());
  }

  /** @param url - The folder under which scans are stored, as a `file:` URL. */
  @JsonMethod({ description: "says where scans are stored" })
  setDbUrl(@Arg("url", { description: "a folder, as a file: URL" }) url: string): void {
    const folder = new URL(url.endsWith("/") ? url : `${url}/`);
    if (folder.protocol !== "file:")
      throw new Error(`scans are stored in folders: give a file: URL, not ${url}`);
    this.databaseUrl = folder;
  }

  @JsonMethod({ description: "says how scans are done" })
  setConfig(@Arg("config") config: ScanConfig): void {
    this.config = config;
  }

  /** @param name - The name of the next scan: letters, digits, `-`, `_` and dots within. */
  @JsonMethod({ description: "names the next scan" })
  setDatasetName(@Arg("name", { description: "letters, digits, -, _ and dots within" }) name: string): void {
    if (!/^[\w-]+(\.[\w-]+)*$/.test(name)) throw new Error(`"${name}" is no name for a folder`);
    this.datasetName = name;
  }

  /** Takes what a database would ask for; a folder asks for nothing. */
  @JsonMethod({ description: "takes a token, for clients that have one; a folder needs none" })
  setApiToken(@Arg("token") _token: string): void {
    // Nothing is kept: a token that is not needed cannot leak.
  }

  /**
   * Turns the plant once around and takes a picture of each view. Yields how many there are after each; the signals
   * beside it are for plantimager's clients. Whoever gives it up stops the turntable.
   *
   * @returns The folder of the scan and the names of the files in it.
   */
  @JsonMethod({
    progress: ScanProgress,
    returns: ScanResult,
    timeout: { idle: VIEW_WITHIN_MS },
    description: "turns the plant once around and takes a picture of each view",
  })
  async *runScan(): AsyncGenerator<ScanProgress, ScanResult> {
    if (!this.readyToScan)
      throw new Error("not ready to scan: camera or turntable is missing, or a scan runs");
    this.isScanning = true;
    this.tellReady();
    try {
      return yield* this.scan();
    } finally {
      this.isScanning = false;
      this.tellReady();
    }
  }

  close(): void {
    this.watching.unsubscribe();
  }

  private async *scan(): AsyncGenerator<ScanProgress, ScanResult> {
    const { views } = this.config;
    // What waits for a device ends with the scan; between two waits the generator ends by itself.
    const { signal } = CallContext.current();
    const camera = withOptions(this.camera, { signal });
    const turntable = withOptions(this.turntable, { signal });
    const folder = await ScanFolder.create(fileURLToPath(this.databaseUrl), this.datasetName);
    this.progress = 0;
    this.maxProgress = views;
    await camera.mode.set("STILL");
    for (let view = 0; view < views; view++) {
      const angle = await turntable.rotateTo((FULL_TURN / views) * view);
      const [image, info] = await camera.getImage();
      await folder.add(angle, image, info);
      this.progress = view + 1;
      yield new ScanProgress(view + 1, views);
    }
    await folder.finish();
    return new ScanResult(folder.path, folder.files);
  }

  private tellReady(): void {
    this.readyToScan = this.isComplete && !this.isScanning;
  }
}
