import { type SurveyedDevice } from "./device-survey";
import { type Paint } from "../terminal/colours";
import { printable } from "../terminal/printable";
import { tableLines } from "../terminal/table";
import { formatMs } from "../terminal/units";

const HEADINGS = ["NAME", "TYPE", "ADDRESS", "ALIVE", "ROUND TRIP"] as const;

/**
 * Devices as lines, with a line of headings.
 *
 * @param courseOf - A picture of a device's round trips, where there is one.
 */
export function deviceTable(
  devices: readonly SurveyedDevice[],
  colours: Paint,
  courseOf: (device: SurveyedDevice) => string = () => "",
): readonly string[] {
  const { dim } = colours;
  return tableLines([
    HEADINGS.map((heading) => dim(heading)),
    ...devices.map((device) => row(device, colours, courseOf(device))),
  ]);
}

function row(device: SurveyedDevice, { bold, green, red }: Paint, course: string): readonly string[] {
  const { name, type, url, alive, roundTripMs, activity = "", problem = "" } = device;
  const known = [bold(printable(name)), printable(type), printable(url)];
  if (!alive) return [...known, red("no"), red(printable(problem))];
  const time = formatMs(roundTripMs ?? NaN);
  const trip = course === "" ? time : `${time.padEnd(8)} ${green(course)}`;
  return [...known, green("yes"), trip, ...(activity === "" ? [] : [printable(activity)])];
}
