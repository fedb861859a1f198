import { useEffect, useRef, useState } from "preact/hooks";
import { download } from "../views/BytesDownload";
import { useConsole } from "../views/rig-context";
import { useRoute } from "../views/route";
import { useLive } from "../views/use-live";
import { dashboardLink, dashboardText, tilesOf, tilesOfLink } from "./dashboard";
import { TileView } from "./TileView";

/** What a person has put together, arranged by hand. */
export function DashboardView() {
  const { dashboard } = useConsole();
  const tiles = useLive(dashboard.tiles$);
  const route = useRoute();
  const [notice, setNotice] = useState("");
  const [dragged, setDragged] = useState<number>();
  const file = useRef<HTMLInputElement>(null);
  const shared = route.view === "dashboard" ? route.shared : undefined;

  const take = (read: () => ReturnType<typeof tilesOf>) => {
    try {
      dashboard.show(read());
      setNotice("the dashboard was taken over");
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => setNotice(""), [shared]);

  return (
    <section class="dashboard" aria-label="Dashboard">
      <div class="property-line dashboard-tools">
        <h2>Dashboard</h2>
        <span class="hint" role="status">
          {notice}
        </span>
        <div class="actions">
          <button
            type="button"
            class="quiet"
            onClick={() => {
              const link = `${location.origin}${location.pathname}${dashboardLink(tiles)}`;
              void copied(link).then((isCopied) =>
                setNotice(isCopied ? "the link is in the clipboard" : link),
              );
            }}
          >
            Copy link
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => download("dashboard.json", dashboardText(tiles), "application/json")}
          >
            Export
          </button>
          <button type="button" class="quiet" onClick={() => file.current?.click()}>
            Import
          </button>
          <input
            ref={file}
            type="file"
            hidden
            accept="application/json"
            aria-label="Dashboard file"
            onChange={(event) => {
              const [chosen] = event.currentTarget.files ?? [];
              event.currentTarget.value = "";
              if (chosen !== undefined) void chosen.text().then((text) => take(() => tilesOf(text)));
            }}
          />
        </div>
      </div>
      {shared !== undefined && (
        <p class="card shared">
          This link holds a dashboard.{" "}
          <button
            type="button"
            onClick={() => {
              take(() => tilesOfLink(shared));
              location.hash = "#/dashboard";
            }}
          >
            Show it instead of mine
          </button>
        </p>
      )}
      {tiles.length === 0 && (
        <p class="empty">
          Nothing is pinned yet: press “Pin” beside a property, signal or method of a device.
        </p>
      )}
      <ol class="tiles">
        {tiles.map((tile, place) => (
          <TileView
            key={`${tile.kind} ${tile.device} ${tile.member}`}
            tile={tile}
            place={place}
            isDropPlace={dragged !== undefined && dragged !== place}
            onDrag={setDragged}
            onDrop={() => {
              if (dragged !== undefined) dashboard.move(dragged, place);
              setDragged(undefined);
            }}
          />
        ))}
      </ol>
    </section>
  );
}

/** A page that came without TLS from another computer has no clipboard. */
async function copied(text: string): Promise<boolean> {
  const { clipboard } = navigator as { readonly clipboard?: Clipboard };
  try {
    await clipboard?.writeText(text);
    return clipboard !== undefined;
  } catch {
    return false;
  }
}
