import * as classTransformer from "class-transformer";
import { makeInstancesBy } from "./contract/dto-instance";
import { instanceByTransformer } from "./contract/instance-by-transformer";
import { platform, usePlatform } from "./platform/current";

const before = platform();

usePlatform({
  ...before,
  load: (module) => (module === "class-transformer" ? classTransformer : before.load(module)),
});
makeInstancesBy(() => instanceByTransformer);
