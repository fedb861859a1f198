import { type PlotWindow } from "./plot-window";

interface WindowButtonsProps {
  readonly name: string;
  readonly window: PlotWindow;
}

/** What dragging does, for fingers and keyboards. */
export function WindowButtons({ name, window }: WindowButtonsProps) {
  const steps = [
    ["‹", `Earlier part of ${name}`, () => window.pan(-1)],
    ["›", `Later part of ${name}`, () => window.pan(1)],
    ["−", `Zoom out of ${name}`, () => window.zoomOut()],
    ["+", `Zoom into ${name}`, () => window.zoomIn()],
    ["All", `Show all of ${name}`, () => window.follow()],
  ] as const;
  return (
    <span class="window-buttons">
      {steps.map(([sign, label, step]) => (
        <button key={sign} type="button" class="quiet" aria-label={label} title={label} onClick={step}>
          {sign}
        </button>
      ))}
    </span>
  );
}
