import { existsSync } from "node:fs";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** Peers of the benchmark can be checked only where their packages are installed (spec/bench). */
const uncheckable = existsSync(`${import.meta.dirname}/spec/bench/node_modules`)
  ? []
  : ["spec/bench/rpc/peers/installed/"];

export default tseslint.config(
  { ignores: ["dist/", "build/", "coverage/", ...uncheckable] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-extraneous-class": [
        "error",
        { allowWithDecorator: true, allowStaticOnly: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // The compiler tells decorators only the types that are written out.
      "@typescript-eslint/no-inferrable-types": "off",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  { files: ["samples/**/*.ts", "lib/cli/**/*.ts", "lib/log/logger.ts"], rules: { "no-console": "off" } },
  {
    // Where modules are loaded when they are first needed; bundlers follow a require() of a written-out name.
    files: [
      "lib/platform/node.ts",
      "lib/contract/classes-in-node.ts",
      "lib/log/pino-logger.ts",
      "lib/nats/load-nats.ts",
      "lib/transport/*/register.ts",
      "lib/di/gateway-module.ts",
    ],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: ["spec/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    files: ["**/*.{js,cjs,mjs}"],
    languageOptions: {
      globals: { module: "writable", require: "readonly", process: "readonly", console: "readonly" },
    },
  },
  prettier,
);
