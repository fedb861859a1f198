import { advertisementFolder, searchedFolders } from "../../lib/advertisement/advertisement-folder";
import { type RuntimeSurroundings } from "../../lib/platform/runtime-directory";

const LINUX: RuntimeSurroundings = {
  platform: "linux",
  env: {},
  uid: 1000,
  home: "/home/ada",
  isWritable: () => true,
};

describe("the folder of the advertisements", () => {
  it.each<[string, Partial<RuntimeSurroundings>, string]>([
    [
      "Linux: in the runtime directory that the environment names",
      { env: { XDG_RUNTIME_DIR: "/run/somewhere" } },
      "/run/somewhere/LocalServiceAdvertisements",
    ],
    [
      "Linux: in the one that is named, writable or not",
      { env: { XDG_RUNTIME_DIR: "/run/somewhere" }, isWritable: () => false },
      "/run/somewhere/LocalServiceAdvertisements",
    ],
    ["Linux: in the user's, where none is named", {}, "/run/user/1000/LocalServiceAdvertisements"],
    [
      "Linux: in the user's, where a blank one is named",
      { env: { XDG_RUNTIME_DIR: " " } },
      "/run/user/1000/LocalServiceAdvertisements",
    ],
    [
      "Linux: in /tmp, where the user's is not writable",
      { isWritable: (folder) => folder !== "/run/user/1000" },
      "/tmp/runtime-1000/LocalServiceAdvertisements",
    ],
    [
      "Linux: in the user's, where there is none and root can make it",
      { uid: 0, isWritable: () => false, canMake: (folder) => folder === "/run/user/0" },
      "/run/user/0/LocalServiceAdvertisements",
    ],
    [
      "macOS: in the temporary items of the home folder",
      { platform: "darwin", home: "/Users/ada", env: { XDG_RUNTIME_DIR: "/run/somewhere" } },
      "/Users/ada/Library/Caches/TemporaryItems/LocalServiceAdvertisements",
    ],
    [
      "Windows: in the local temporary folder, the author named like the application",
      { platform: "win32", uid: undefined, env: { LOCALAPPDATA: "D:\\Ada\\Local" } },
      "D:\\Ada\\Local\\Temp\\LocalServiceAdvertisements\\LocalServiceAdvertisements",
    ],
    [
      "Windows: in the home folder's, where the environment names none",
      { platform: "win32", uid: undefined, home: "C:\\Users\\ada" },
      "C:\\Users\\ada\\AppData\\Local\\Temp\\LocalServiceAdvertisements\\LocalServiceAdvertisements",
    ],
  ])("%s", (_case, surroundings, folder) => {
    expect(advertisementFolder({ ...LINUX, ...surroundings })).toBe(folder);
  });
});

describe("the folders in which advertisements are looked for", () => {
  const LOGIN = "/run/user/1000/LocalServiceAdvertisements";
  const TEMPORARY = "/tmp/runtime-1000/LocalServiceAdvertisements";

  it("are both of those that versions of Python's platformdirs know, where the environment names none", () => {
    expect(searchedFolders(LINUX)).toEqual([LOGIN, TEMPORARY]);
    expect(searchedFolders({ ...LINUX, isWritable: () => false })).toEqual([TEMPORARY, LOGIN]);
  });

  it.each<[string, Partial<RuntimeSurroundings>]>([
    ["the environment names one", { env: { XDG_RUNTIME_DIR: "/run/somewhere" } }],
    ["there is one only, on macOS", { platform: "darwin" }],
    ["there is one only, on Windows", { platform: "win32" }],
  ])("are that of the advertisements where %s", (_case, surroundings) => {
    const here = { ...LINUX, ...surroundings };

    expect(searchedFolders(here)).toEqual([advertisementFolder(here)]);
  });
});
