/** A compiled program with a device that offers nothing: enough to be found. */
export const BARE_OVEN = `
  const { RpcService } = require("rigwire");
  class Oven {}
  RpcService({ type: "oven" })(Oven);
  exports.Oven = Oven;
`;
