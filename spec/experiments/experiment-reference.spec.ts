import { ExperimentReference } from "../../lib/experiments/experiment-reference";

describe("an experiment reference", () => {
  it("is read into its parts and written back", () => {
    const reference = ExperimentReference.parse("2022-01-01_001_my_subject-2");
    expect(reference).toMatchObject({ date: "2022-01-01", sequence: 1, subject: "my_subject-2" });
    expect(String(reference)).toBe("2022-01-01_1_my_subject-2");
    expect(JSON.stringify({ reference })).toBe('{"reference":"2022-01-01_1_my_subject-2"}');
  });

  it("is made from parts, with a text or a Date for the day", () => {
    expect(ExperimentReference.format({ date: "2024-02-29", sequence: 3, subject: "x" })).toBe(
      "2024-02-29_3_x",
    );
    expect(ExperimentReference.format({ date: new Date(2022, 0, 5), sequence: 1, subject: "x" })).toBe(
      "2022-01-05_1_x",
    );
  });

  it.each([
    ["2022-02-29_1_x", /"2022-02-29" is no day/],
    ["2022-13-01_1_x", /no day/],
    ["0000-01-01_1_x", /no day/],
    ["2022-01-01_x", /its form is yyyy-mm-dd_n_subject/],
    ["2022-01-01_1_", /a subject has letters/],
    ["2022-01-01_1_a b", /a subject has letters/],
    ["2022-01-01_99999999999999999999_x", /whole number/],
    ["", /no experiment reference/],
  ])("refuses %p and says what is wrong", (text, message) => {
    expect(() => ExperimentReference.parse(text)).toThrow(message);
  });

  it("refuses a sequence that is no whole number", () => {
    expect(() => ExperimentReference.from({ date: "2022-01-01", sequence: 1.5, subject: "x" })).toThrow(
      /not 1.5/,
    );
  });
});
