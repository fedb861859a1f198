import { codeBlocksOf } from "./code-blocks";
import { compileModules } from "./compile-modules";
import { complaintsAbout } from "./block-check";
import { moduleText } from "./module-text";
import { isShownAs } from "./output-pattern";
import { pageModules } from "./page-modules";
import { shellCommands } from "./shell-commands";

function block(language: string, text: string, marks = ""): string {
  return `${marks === "" ? "" : `<!-- ${marks} -->\n\n`}\`\`\`${language}\n${text}\n\`\`\`\n`;
}

function modulesOf(...blocks: string[]) {
  return pageModules(codeBlocksOf("page.md", blocks.join("\n")));
}

describe("a block of a page", () => {
  it("knows its line and its marks, also in a list", () => {
    const [read] = codeBlocksOf(
      "page.md",
      "- a\n\n  <!-- file: a.ts; run -->\n\n  ```ts\n  x;\n    y;\n  ```\n",
    );
    expect(read).toMatchObject({ line: 6, language: "ts", lines: ["x;", "  y;"] });
    expect([...read!.marks]).toEqual([
      ["file", "a.ts"],
      ["run", ""],
    ]);
  });

  it.each([
    ["<!-- rnu -->\n```ts\n```", 'page.md:1: unknown mark "rnu"'],
    ["<!-- run -->\n\nwords\n\n```ts\n```", "page.md:3: <!-- run --> stands above no block"],
    ["<!-- run -->", "stands above no block"],
    ["```ts\nx;", "page.md:1: the block does not end"],
    ["> ```ts\n> x;\n> ```", "page.md:1: a block in a quotation is not checked"],
  ])("is refused where a mistake would leave it unchecked: %j", (text, reason) => {
    expect(() => codeBlocksOf("page.md", text)).toThrow(reason);
  });

  it.each([
    ["text", "what is this", "", /nothing checks a block of "text"/],
    ["yaml", "a: 1", "unchecked:", /needs a reason/],
    ["json", "{ a: 1 }", "", /SyntaxError/],
    ["sh", "rigwire get 'cam", "", /unexpected EOF/],
    ["sh", "npx rigwire call cam focus --tiemout 5", "", /unknown option '--tiemout'/],
    ["console", "$ rigwire lsit", "", /there is no command "lsit"/],
    ["sh", "npm ci && npm run deivce", "", /there is no script "deivce"/],
  ])("is complained about: %s %j", async (language, text, marks, complaint) => {
    const [read] = codeBlocksOf("page.md", block(language, text, marks));
    expect((await complaintsAbout(read!)).join("\n")).toMatch(complaint);
  });
});

describe("the modules of a page", () => {
  it("go on over several blocks, and mistakes are told by their line in the page", () => {
    const modules = modulesOf(
      block("ts", "const a = 1;"),
      block("ts", "\nconst b: string = a;", "continues"),
    );
    expect(compileModules(modules)).toEqual([
      "page.md:9 TS2322: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  it("of a browser know its types, and none of Node", () => {
    const modules = modulesOf(
      block("tsx", "export const title = <b>{document.title}</b>;", "browser"),
      block("ts", "export const { title } = process;", "browser"),
      block("ts", "export const { title } = document;"),
    );
    expect(compileModules(modules)).toEqual([
      expect.stringMatching(/^page.md:\d+ TS2584: Cannot find name 'document'/),
      expect.stringMatching(/^page.md:\d+ TS2591: Cannot find name 'process'/),
    ]);
  });

  it("have what they need without an import, but for what they declare", () => {
    const modules = modulesOf(
      block("ts", "export const a = 1, b = 2;\nexport interface C {}", "file: parts.ts"),
      block("ts", "const b = a;", "needs: parts.ts"),
    );
    expect(moduleText(modules[1]!, modules)).toMatch(
      /^import \{ a, type C \} from ".\/parts.js"; const b = a;\n/,
    );
  });

  it.each([
    [[block("ts", "", "continues")], "nothing before it that it continues"],
    [[block("ts", "", "file: a.ts"), block("ts", "", "file: a.ts")], "the page has a a.ts already"],
    [[block("ts", "", "beside: a.ts")], 'says nothing without "run"'],
    [[block("ts", ""), block("text", "", "output")], "nothing above it is run"],
  ])("are refused where marks do not fit: %j", (blocks, reason) => {
    expect(() => modulesOf(...blocks)).toThrow(reason);
  });
});

it("takes the commands out of a shell script", () => {
  const script = `A=1 rigwire get 'a b' "c\\"d" | cat > file # rigwire no
source <(rigwire completion bash) && x \\
  --y 2>&1; cat <<'END' > f
rigwire no
END
rigwire set cam mode '"90"'`;
  expect(shellCommands(script)).toEqual([
    ["rigwire", "get", "a b", 'c"d'],
    ["cat"],
    ["source"],
    ["rigwire", "completion", "bash"],
    ["x", "--y"],
    ["cat"],
    ["rigwire", "set", "cam", "mode", '"90"'],
  ]);
});

it("compares an output with what is shown, but for what is left out", () => {
  expect(isShownAs("a 1.5 ms\nb\n", ["a … ms", "b"])).toBe(true);
  expect(isShownAs("a\nb\nc\nd\n", ["a", "…", "d"])).toBe(true);
  expect(isShownAs("a\nb\n", ["a"])).toBe(false);
});
