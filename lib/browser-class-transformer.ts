import * as classTransformer from "class-transformer";
import { platform, usePlatform } from "./platform/current";

const before = platform();

usePlatform({
  ...before,
  load: (module) => (module === "class-transformer" ? classTransformer : before.load(module)),
});
