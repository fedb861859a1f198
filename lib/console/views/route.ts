import { useEffect, useState } from "preact/hooks";

/** What the page shows: it is in its address, so that it can be kept and sent. */
export type Route =
  | { readonly view: "devices" }
  | { readonly view: "device"; readonly name: string }
  /** `shared` is a dashboard that came with the address. */
  | { readonly view: "dashboard"; readonly shared?: string }
  | { readonly view: "log" };

export function routeOf(hash: string): Route {
  const [view, rest = ""] = hash.replace(/^#\/?/, "").split(/\/(.*)/s);
  switch (view) {
    case "devices":
      return rest === "" ? { view } : { view: "device", name: decoded(rest) };
    case "dashboard":
      return rest === "" ? { view } : { view, shared: rest };
    case "log":
      return { view };
    default:
      return { view: "devices" };
  }
}

export function deviceLink(name: string): string {
  return `#/devices/${encodeURIComponent(name)}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** An address may have been written by hand. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
