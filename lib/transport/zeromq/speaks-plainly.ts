/**
 * Whether what has no keys is spoken to without ZeroMQ. Not within a process, where there are no strangers, nor over
 * the local sockets of Windows, which Node does not connect to by such a path.
 */
export function speaksPlainly(url: string): boolean {
  return url.startsWith("tcp:") || (url.startsWith("ipc:") && process.platform !== "win32");
}
