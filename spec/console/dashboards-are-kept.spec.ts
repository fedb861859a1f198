import {
  Dashboard,
  dashboardLink,
  dashboardText,
  type Tile,
  tilesOf,
  tilesOfLink,
} from "../../lib/console/dashboard/dashboard";

const POSITION = { device: "stage ✓", member: "position", kind: "value" } as const;
const TRACE = { device: "stage ✓", member: "trace", kind: "plot" } as const;

function keeper(kept: string | null = null) {
  return { getItem: () => kept, setItem: (_key: string, value: string) => (kept = value) };
}

describe("a dashboard", () => {
  it("is there again when the page is opened anew", () => {
    const kept = keeper();
    const dashboard = new Dashboard(kept);
    dashboard.toggle(POSITION);
    dashboard.toggle(TRACE);
    dashboard.move(1, 0);
    dashboard.widen(1);

    expect(new Dashboard(kept).tiles$.value).toEqual([
      { ...TRACE, width: 2 },
      { ...POSITION, width: 2 },
    ]);
  });

  it("stays as it is where a tile is moved past its ends", () => {
    const dashboard = new Dashboard(keeper());
    dashboard.toggle(POSITION);
    dashboard.move(0, -1);

    expect(dashboard.tiles$.value).toHaveLength(1);
  });

  it("is empty where what was kept cannot be read", () => {
    expect(new Dashboard(keeper("{")).tiles$.value).toEqual([]);
  });

  it("goes into a link and back", () => {
    const tiles: Tile[] = [{ ...POSITION, width: 1 }];
    const link = dashboardLink(tiles);

    expect(link).toMatch(/^#\/dashboard\/[\w-]+$/);
    expect(tilesOfLink(link.slice("#/dashboard/".length))).toEqual(tiles);
  });

  it.each([
    ["{}", /no list of tiles/],
    ['{"tiles": [{"device": "a"}]}', /tile 1 is none/],
    ['{"tiles": [{"device": "a", "member": "b", "kind": "script"}]}', /tile 1 is none/],
    [dashboardText(new Array<Tile>(201).fill({ ...POSITION, width: 1 })), /at most 200/],
  ])("is not taken from %.40s", (text, problem) => {
    expect(() => tilesOf(text)).toThrow(problem);
  });
});
