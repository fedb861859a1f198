import { NEVER, Subject, throwError } from "rxjs";
import { CombinedDirectory, type DeviceDirectory, type DeviceEvent, DeviceList } from "rigwire";

const CAM = { name: "cam", type: "camera", url: "tcp://10.0.0.1:1" };
const OTHER = { name: "cam", type: "camera", url: "tcp://10.0.0.2:1" };

function combined(...directories: DeviceDirectory[]): CombinedDirectory {
  const combination = new CombinedDirectory();
  for (const directory of directories) combination.add(directory);
  return combination;
}

const silent: DeviceDirectory = { find: () => new Promise(() => undefined), changes$: NEVER };
const failing: DeviceDirectory = {
  find: () => Promise.reject(new Error("the registry is away")),
  changes$: throwError(() => new Error("the registry is away")),
};
const answeringAfter = (ms: number, ...devices: (typeof CAM)[]): DeviceDirectory => ({
  find: () => new Promise((resolve) => setTimeout(() => resolve(devices), ms)),
  changes$: NEVER,
});

describe("several directories", () => {
  it("answer in order: the first that knows a device, not the first that answers", async () => {
    const directory = combined(new DeviceList(), answeringAfter(50, CAM), new DeviceList([OTHER]));
    expect(await directory.find({ name: "cam" })).toEqual([CAM]);
  });

  it("answer although one of them fails", async () => {
    expect(await combined(failing, new DeviceList([CAM])).find({ type: "camera" })).toEqual([CAM]);
  });

  it("answer although one of them keeps silent", async () => {
    expect(await combined(silent, silent, new DeviceList([CAM])).find({ name: "cam" })).toEqual([CAM]);
  });

  it("answer what comes late if nothing else comes", async () => {
    expect(await combined(answeringAfter(400, CAM), new DeviceList()).find({ name: "cam" })).toEqual([CAM]);
  });

  it("say that a device is not there only if all could be asked", async () => {
    expect(await combined(new DeviceList([CAM]), new DeviceList()).find({ name: "other" })).toEqual([]);
    const withFailure = combined(failing, new DeviceList([CAM])).find({ name: "other" });
    await expect(withFailure).rejects.toThrow("the registry is away");
  });

  it("list what all of them know, each address once, without those that do not answer", async () => {
    const stage = { name: "stage", type: "stage", url: "tcp://10.0.0.3:1" };
    const again = { ...CAM, name: "CAM", type: "" };
    const directory = combined(new DeviceList([CAM]), silent, failing, new DeviceList([again, stage]));
    expect(await directory.find({})).toEqual([CAM, stage]);
  });

  it("list what one of them knows that says how long its list may take, and takes longer than others", async () => {
    const patient = { ...answeringAfter(1_200, OTHER), listsWithinMs: 3_000 };
    const [all, none] = await Promise.all([
      combined(new DeviceList([CAM]), patient).find({}),
      combined(new DeviceList([CAM]), answeringAfter(1_200, OTHER)).find({}),
    ]);
    expect(all).toEqual([CAM, OTHER]);
    expect(none).toEqual([CAM]);
  });

  it("fail to list if nothing is known and one could not be asked", async () => {
    await expect(combined(new DeviceList(), failing).find({})).rejects.toThrow("the registry is away");
    expect(await combined(new DeviceList()).find({})).toEqual([]);
  });

  it("tell the changes of all, whichever of them cannot", () => {
    const changes = new Subject<DeviceEvent>();
    const told: DeviceEvent[] = [];
    const directory = combined(failing, { find: () => Promise.resolve([]), changes$: changes });
    directory.changes$.subscribe((event) => told.push(event));
    changes.next({ kind: "added", device: CAM });
    expect(told).toEqual([{ kind: "added", device: CAM }]);
  });
});
