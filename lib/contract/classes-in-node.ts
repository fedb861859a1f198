import { makeInstancesBy } from "./dto-instance";
import type * as InstanceByTransformer from "./instance-by-transformer";
import { checkRulesBy } from "./rule-checker";
import type * as RuleChecks from "./rule-checks";

makeInstancesBy(
  () => (require("./instance-by-transformer") as typeof InstanceByTransformer).instanceByTransformer,
);
checkRulesBy(() => require("./rule-checks") as typeof RuleChecks);
