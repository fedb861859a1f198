import { filter, take, type Observable, Subject } from "rxjs";

/**
 * Which `inproc:` endpoints of this process are bound. ZeroMQ queues towards an endpoint that is not there and tells
 * no end of a connection within a process; with this, a client knows both.
 */
const bound = new Set<string>();
const closings = new Subject<string>();

export function inprocBound(url: string): void {
  bound.add(url);
}

export function inprocClosed(url: string): void {
  bound.delete(url);
  closings.next(url);
}

export function isInprocBound(url: string): boolean {
  return bound.has(url);
}

/** Emits once, when the endpoint closes. */
export function inprocClosing(url: string): Observable<string> {
  return closings.pipe(
    filter((closed) => closed === url),
    take(1),
  );
}
