import {
  ConnectionLostError,
  type DeviceOptions,
  JsonMethod,
  type Remote,
  RigApp,
  type RigModule,
  RpcService,
  withOptions,
} from "rigwire";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";

/** A device that tells its app by a number. */
@RpcService({ type: "camera" })
export class Camera {
  constructor(private readonly number = 0) {}

  @JsonMethod()
  focus(): number {
    return this.number;
  }
}

/** An app with these modules that was started, and is closed when the test ends. */
export async function startApp(...modules: RigModule[]): Promise<RigApp> {
  const app = closing(new RigApp({ logger: silent }));
  for (const module of modules) app.use(module);
  return app.start();
}

/** The same with one camera to serve. */
export async function serveCamera(
  options: DeviceOptions & { readonly number?: number },
  ...modules: RigModule[]
): Promise<RigApp> {
  const { number, ...device } = options;
  const app = closing(new RigApp({ logger: silent }));
  for (const module of modules) app.use(module);
  return app.serve(new Camera(number), device).start();
}

/** A camera of an app, which fails after this time if it is not there. */
export function cameraOf(app: RigApp, name?: string, timeoutMs = 8_000): Remote<Camera> {
  return withOptions(app.client(Camera, name), { timeoutMs });
}

/**
 * What a camera tells that just went elsewhere. Asked while the old connection breaks, a call fails, and nobody but its
 * caller may repeat it.
 */
export async function focusAfterMove(camera: Remote<Camera>): Promise<number> {
  try {
    return await camera.focus();
  } catch (error) {
    if (error instanceof ConnectionLostError) return camera.focus();
    throw error;
  }
}

/** The name and URL of the only device of an app. */
export function servedBy(app: RigApp): { readonly name: string; readonly url: string } {
  const [server] = app.servers;
  if (server === undefined) throw new Error("the app serves nothing");
  return server;
}
