import { clientOf, connect } from "rigwire";
import { Lamp } from "./lamp";

const lamp = connect(Lamp, "ws://127.0.0.1:9001");

clientOf(lamp).state$.subscribe((state) => {
  const problem = state.kind === "connecting" ? state.problem : undefined;
  element("state", HTMLElement).textContent =
    problem === undefined ? state.kind : `${state.kind}: ${problem}`;
});

const slider = element("level", HTMLInputElement);
slider.addEventListener("change", () => told(lamp.level.set(slider.valueAsNumber)));
element("dim", HTMLButtonElement).addEventListener("click", () => told(lamp.dim(10)));

// The level now and each later one, also after the device was restarted, whoever sets it.
lamp.level.changes$.subscribe((level) => {
  slider.value = String(level);
  told(showPicture());
});

async function showPicture(): Promise<void> {
  const [bytes, { format }] = await lamp.picture();
  const image = element("picture", HTMLImageElement);
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: `image/${format}` }));
}

/** Shows why something failed: errors name the device, the member and the cure. */
function told(work: Promise<unknown>): void {
  const problem = element("problem", HTMLElement);
  work.then(
    () => (problem.textContent = ""),
    (error: unknown) => (problem.textContent = String(error)),
  );
}

function element<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${id}`);
}
