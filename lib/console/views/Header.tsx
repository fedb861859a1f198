import { type ComponentChildren } from "preact";
import { useLive } from "./use-live";
import { useConsole } from "./rig-context";
import { type Route } from "./route";
import { ThemeSwitch } from "./ThemeSwitch";
import { StopAllButton } from "./StopAllButton";
import { clockText } from "../model/value-text";

/** Where one is, whether the rig is reached, and what stops all of it. */
export function Header({ route }: { readonly route: Route }) {
  const { rig } = useConsole();
  const gateway = useLive(rig.gateway.presence$);
  const access = useLive(rig.access$);
  const isLoggedOut = useLive(rig.isLoggedOut$);
  return (
    <header class="page-header">
      <h1>
        <span class="product">rigwire</span> <span class="place">{location.host}</span>
      </h1>
      <nav aria-label="Views">
        <Tab isHere={route.view === "devices" || route.view === "device"} to="#/devices">
          Devices
        </Tab>
        <Tab isHere={route.view === "dashboard"} to="#/dashboard">
          Dashboard
        </Tab>
        <Tab isHere={route.view === "log"} to="#/log">
          Log
        </Tab>
      </nav>
      <div class="page-state" role="status">
        {access === "read" && <span class="badge">may only look</span>}
        {isLoggedOut && <LoggedOut />}
        {gateway.kind === "connecting" && !isLoggedOut && (
          <span class="badge">connecting{gateway.problem !== undefined && `: ${gateway.problem}`}</span>
        )}
        {gateway.kind === "lost" && !isLoggedOut && (
          <span class="badge bad">
            console lost since {clockText(gateway.since)}
            <span class="problem-text">{gateway.problem !== undefined && `: ${gateway.problem}`}</span>
          </span>
        )}
      </div>
      <ThemeSwitch />
      <StopAllButton />
    </header>
  );
}

/** The address stays, so that whoever has logged in elsewhere meanwhile finds the same view. */
function LoggedOut() {
  return (
    <>
      <span class="badge bad">Your session has ended: nothing here is live any more.</span>{" "}
      <button type="button" class="primary" onClick={() => location.reload()}>
        Log in again
      </button>
    </>
  );
}

interface TabProps {
  readonly isHere: boolean;
  readonly to: string;
  readonly children: ComponentChildren;
}

function Tab({ isHere, to, children }: TabProps) {
  return (
    <a href={to} {...(isHere && { "aria-current": "page" as const })}>
      {children}
    </a>
  );
}
