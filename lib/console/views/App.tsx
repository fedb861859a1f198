import { type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
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
      <SkipButton />
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
          <DevicePlace key={route.name}>
            <Boundary>
              <DeviceView name={route.name} />
            </Boundary>
          </DevicePlace>
        </div>
      );
    case "dashboard":
      return <DashboardView />;
    case "log":
      return <EventLogView />;
  }
}

/** Whoever chose a device by the keyboard goes on there, and not through the rest of the list. */
function DevicePlace({ children }: { readonly children: ComponentChildren }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement?.matches(".device-row a:focus-visible") === true) place.current?.focus();
  }, []);
  return (
    <section ref={place} class="device-place" tabIndex={-1}>
      {children}
    </section>
  );
}

/** For the keyboard: past the views and the list of devices. An address of a part of the page would be a view's. */
function SkipButton() {
  const onClick = () => {
    const content = document.querySelector<HTMLElement>(".device-place") ?? document.querySelector("main");
    content?.setAttribute("tabindex", "-1");
    content?.focus();
  };
  return (
    <button type="button" class="skip" onClick={onClick}>
      Skip to the content
    </button>
  );
}
