/** A part of the horizontal axis. */
export interface AxisRange {
  readonly min: number;
  readonly max: number;
}

/** What one step of a key or a button does. */
const ZOOM_FACTOR = 2;
const PAN_PART = 0.25;

/** The part of a plot that a person chose to look at: dragged, or with keys and buttons. */
export class PlotWindow {
  /** Nothing where the plot shows all of it, or follows what comes. */
  chosen: AxisRange | undefined;
  /** What the plot shows at the moment. */
  shown: AxisRange | undefined;

  zoomIn(): void {
    this.scale(1 / ZOOM_FACTOR);
  }

  zoomOut(): void {
    this.scale(ZOOM_FACTOR);
  }

  /** @param direction - -1 to earlier or smaller ones, 1 to later or larger. */
  pan(direction: -1 | 1): void {
    const { shown } = this;
    if (shown === undefined) return;
    const by = (shown.max - shown.min) * PAN_PART * direction;
    this.choose({ min: shown.min + by, max: shown.max + by });
  }

  choose(range: AxisRange): void {
    this.chosen = range;
    // The next step may come before the plot was drawn again.
    this.shown = range;
  }

  /** Back to all of it. */
  follow(): void {
    this.chosen = undefined;
  }

  /**
   * Takes a key that was pressed while the plot has the focus.
   *
   * @returns Whether it means anything to a plot.
   */
  onKey(key: string): boolean {
    switch (key) {
      case "+":
      case "=":
        this.zoomIn();
        return true;
      case "-":
        this.zoomOut();
        return true;
      case "ArrowLeft":
        this.pan(-1);
        return true;
      case "ArrowRight":
        this.pan(1);
        return true;
      case "0":
      case "Home":
        this.follow();
        return true;
      default:
        return false;
    }
  }

  private scale(factor: number): void {
    const { shown } = this;
    if (shown === undefined) return;
    const middle = (shown.min + shown.max) / 2;
    const half = ((shown.max - shown.min) / 2) * factor;
    if (half > 0 && Number.isFinite(half)) this.choose({ min: middle - half, max: middle + half });
  }
}
