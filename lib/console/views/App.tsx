import { useEffect } from "preact/hooks";
import { type Dashboard } from "../dashboard/dashboard";
import { DashboardView } from "../dashboard/DashboardView";
import { type Rig } from "../model/rig";
import { Boundary } from "./Boundary";
import { DeviceList } from "./DeviceList";
import { DeviceView } from "./DeviceView";
import { EventLogView } from "./EventLogView";
import { Header } from "./Header";
import { RigContext } from "./rig-context";
import { type Route, useRoute } from "./route";

interface AppProps {
  readonly rig: Rig;
  readonly dashboard: Dashboard;
}

/** The whole page. */
export function App({ rig, dashboard }: AppProps) {
  const route = useRoute();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyX") return;
      event.preventDefault();
      rig.stopAll();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [rig]);
  useEffect(() => {
    document.title = route.view === "device" ? `${route.name} – rigwire console` : "rigwire console";
  }, [route]);
  return (
    <RigContext.Provider value={{ rig, dashboard }}>
      <Header route={route} />
      <main>
        <View route={route} />
      </main>
    </RigContext.Provider>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case "devices":
      return (
        <div class="devices">
          <DeviceList selected={undefined} />
        </div>
      );
    case "device":
      return (
        <div class="devices has-device">
          <DeviceList selected={route.name} />
          <section class="device-place">
            <Boundary key={route.name}>
              <DeviceView name={route.name} />
            </Boundary>
          </section>
        </div>
      );
    case "dashboard":
      return <DashboardView />;
    case "log":
      return <EventLogView />;
  }
}
