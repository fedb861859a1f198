import { BehaviorSubject } from "rxjs";

/** Something of a device that stands on the dashboard. */
export interface Pin {
  readonly device: string;
  readonly member: string;
  readonly kind: "value" | "plot" | "picture" | "button" | "stream";
}

/** How many columns a tile takes. */
export type TileWidth = 1 | 2;

export interface Tile extends Pin {
  readonly width: TileWidth;
}

/** The part of `localStorage` that keeps it. */
export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = "rigwire-console-dashboard";
const KINDS: readonly string[] = ["value", "plot", "picture", "button", "stream"] satisfies Pin["kind"][];

/** These need room. */
const WIDE: readonly string[] = ["plot", "picture", "stream"] satisfies Pin["kind"][];
const MOST_TILES = 200;

/** What a person looks at together; kept in the browser. */
export class Dashboard {
  readonly tiles$: BehaviorSubject<readonly Tile[]>;

  constructor(private readonly keeper: Keeper) {
    this.tiles$ = new BehaviorSubject(keptTiles(keeper));
  }

  has(pin: Pin): boolean {
    return this.tiles$.value.some((tile) => isSame(tile, pin));
  }

  /** Puts it on the dashboard, or takes it off. */
  toggle(pin: Pin): void {
    const { value } = this.tiles$;
    this.show(
      this.has(pin)
        ? value.filter((tile) => !isSame(tile, pin))
        : [...value, { ...pin, width: WIDE.includes(pin.kind) ? 2 : 1 }],
    );
  }

  /** Puts the tile at one place to another. */
  move(from: number, to: number): void {
    const tiles = [...this.tiles$.value];
    const [tile] = tiles.splice(from, 1);
    if (tile === undefined || to < 0 || to > tiles.length) return;
    tiles.splice(to, 0, tile);
    this.show(tiles);
  }

  widen(place: number): void {
    this.show(
      this.tiles$.value.map((tile, at) =>
        at === place ? { ...tile, width: tile.width === 1 ? 2 : 1 } : tile,
      ),
    );
  }

  show(tiles: readonly Tile[]): void {
    this.keeper.setItem(KEY, dashboardText(tiles));
    this.tiles$.next(tiles);
  }
}

export function isSame(a: Pin, b: Pin): boolean {
  return a.device === b.device && a.member === b.member && a.kind === b.kind;
}

/** A dashboard as JSON. */
export function dashboardText(tiles: readonly Tile[]): string {
  return JSON.stringify({ rigwireDashboard: 1, tiles }, undefined, 2);
}

/**
 * Reads what {@link dashboardText} made.
 *
 * @throws Error with what is wrong with it.
 */
export function tilesOf(text: string): Tile[] {
  const read: unknown = JSON.parse(text);
  const tiles: unknown = typeof read === "object" && read !== null ? Reflect.get(read, "tiles") : undefined;
  if (!Array.isArray(tiles)) throw new Error("this is no dashboard: it has no list of tiles");
  if (tiles.length > MOST_TILES) throw new Error(`a dashboard has at most ${MOST_TILES} tiles`);
  return tiles.map((tile: unknown, at) => {
    if (!isTile(tile)) throw new Error(`tile ${at + 1} is none: it needs a device, a member and a kind`);
    const { device, member, kind, width } = tile;
    return { device, member, kind, width: width === 2 ? 2 : 1 };
  });
}

/** A dashboard as a part of an address: it goes to nobody but the reader of the link. */
export function dashboardLink(tiles: readonly Tile[]): string {
  const bytes = new TextEncoder().encode(dashboardText(tiles));
  const text = btoa(String.fromCharCode(...bytes));
  return `#/dashboard/${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** @throws Error if the link holds none. */
export function tilesOfLink(shared: string): Tile[] {
  const binary = atob(shared.replaceAll("-", "+").replaceAll("_", "/"));
  return tilesOf(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
}

function isTile(value: unknown): value is Tile {
  if (typeof value !== "object" || value === null) return false;
  const { device, member, kind } = value as Partial<Record<keyof Tile, unknown>>;
  return (
    typeof device === "string" &&
    typeof member === "string" &&
    typeof kind === "string" &&
    KINDS.includes(kind)
  );
}

function keptTiles(keeper: Keeper): readonly Tile[] {
  try {
    return tilesOf(keeper.getItem(KEY) ?? dashboardText([]));
  } catch {
    return [];
  }
}
