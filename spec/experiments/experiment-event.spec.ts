import { ValidationError } from "../../lib/errors";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { ExperimentStatus } from "../../lib/experiments/experiment-status";

describe("an experiment event", () => {
  it.each([
    ["EXPSTART", 2],
    [" expstart ", 2],
    ["Start", 2],
    ["alyx", 128],
    [16, 16],
    [ExperimentEvent.CLEANUP, 8],
  ])("is taken from %p", (value, code) => {
    expect(ExperimentEvent.validate(value)).toBe(code);
  });

  it.each(["EXPSTOP", "", 0, 256, 1.5, null, undefined, {}, true])(
    "refuses %p and lists the choices",
    (value) => {
      expect(() => ExperimentEvent.validate(value)).toThrow(ValidationError);
      expect(() => ExperimentEvent.validate(value)).toThrow(/EXPINIT \(1\), EXPSTART \(2\).*ALYX \(128\)/);
    },
  );

  it("says so where a message would carry a combination", () => {
    expect(() => ExperimentEvent.validate(ExperimentEvent.END | ExperimentEvent.INTERRUPT)).toThrow(
      /20 combines events \(EXPEND \| EXPINTERRUPT\)/,
    );
  });

  it("combines when listening", () => {
    expect(ExperimentEvent.select(ExperimentEvent.END | ExperimentEvent.INTERRUPT)).toBe(20);
    expect(ExperimentEvent.select(["expend", ExperimentEvent.INTERRUPT])).toBe(20);
    expect(ExperimentEvent.select(ExperimentEvent.ANY)).toBe(255);
  });

  it.each([0, -1, 256, "nothing", []])("refuses to listen for %p", (selection) => {
    expect(() => ExperimentEvent.select(selection)).toThrow(ValidationError);
  });
});

describe("an experiment status", () => {
  it.each([
    ["running", 20],
    ["CONNECTED", 0],
    [30, 30],
    [ExperimentStatus.INITIALIZED, 10],
  ])("is taken from %p", (value, code) => {
    expect(ExperimentStatus.validate(value)).toBe(code);
  });

  it.each(["idle", 15, null, {}])("refuses %p and lists the choices", (value) => {
    expect(() => ExperimentStatus.validate(value)).toThrow(
      /choose one of: CONNECTED \(0\), INITIALIZED \(10\), RUNNING \(20\), STOPPED \(30\)/,
    );
  });
});
