/** How often what moves is drawn, in milliseconds: eyes see no more, and a frame costs as much for one value as for all. */
const DRAW_EVERY_MS = 50;

const due = new Set<() => void>();
let drawnAt = -Infinity;
let isPlanned = false;

/**
 * Draws together with everything else that has changed: with the next frame where nothing was drawn for a while.
 *
 * @returns Takes it back. Idempotent.
 */
export function drawSoon(draw: () => void): () => void {
  due.add(draw);
  if (!isPlanned) {
    isPlanned = true;
    const waitMs = drawnAt + DRAW_EVERY_MS - performance.now();
    if (waitMs > 0) setTimeout(() => requestAnimationFrame(drawAll), waitMs);
    else requestAnimationFrame(drawAll);
  }
  return () => due.delete(draw);
}

/**
 * Draws with the next frame.
 *
 * @returns Takes it back. Idempotent.
 */
export function drawWithFrame(draw: () => void): () => void {
  const frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}

function drawAll(): void {
  isPlanned = false;
  drawnAt = performance.now();
  const all = [...due];
  due.clear();
  for (const draw of all) {
    try {
      draw();
    } catch (error) {
      // The others are drawn all the same.
      reportError(error);
    }
  }
}
