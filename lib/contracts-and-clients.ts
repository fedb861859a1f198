// What devices and pages have in common. Both entries of the package export all of it.

export { Arg, type ArgOptions, type Argument } from "../decorators/arg";
export { BufferMethod, type BufferMethodOptions } from "../decorators/buffer-method";
export { JsonMethod, type JsonMethodOptions, type MethodOptions } from "../decorators/json-method";
export { type ExperimentMethodDecorator, OnExperiment } from "../decorators/on-experiment";
export { RpcProperty, type PropertyOptions } from "../decorators/rpc-property";
export { RpcService, type RpcServiceOptions } from "../decorators/rpc-service";
export {
  type DeclaredAsStream,
  type Streamed,
  type StreamingMethod,
  StreamMethod,
  type StreamMethodDecorator,
  type StreamMethodOptions,
} from "../decorators/stream-method";
export { Signal, type SignalOptions } from "../decorators/signal";

export { align, type Aligned, type AlignOptions } from "./client/align";
export { type CallOptions } from "./client/call-options";
export { type MissingMembers } from "./client/check-fulfilled";
export { connect, type InventoryOptions } from "./client/connect";
export { clientOf, withOptions } from "./client/create-remote";
export {
  type ClientHandler,
  type ClientInterceptor,
  type ClientRequest,
  type RequestTarget,
} from "./client/interceptor";
export { type Keywords } from "./client/outgoing-arguments";
export { type Run, runOf } from "./client/run";
export {
  type PropertyChanges,
  type ReadonlyRemoteProperty,
  type Remote,
  type RemoteProperty,
} from "./client/remote";
export {
  type Latest,
  type LatestValue,
  type RemoteStream,
  type Skipped,
  type StreamWindow,
} from "./client/remote-stream";
export { type Road } from "./transport/connection";
export { type UseOptions } from "./client/member-uses";
export { type ClientOptions, type ClientState, type RpcClient } from "./client/rpc-client";
export { type MemberUser, type UseNotice } from "./wire/member-users";
export { type MissedSignals } from "./client/signal-sequences";
export { type Reading, type Timed } from "./client/timed";
export { type TimedSignalOptions } from "./client/timed-signals";
export { withTime, type WithTime } from "./client/with-time";

export { type ArrayResult, type BufferResult } from "./contract/buffer-result";
export { nd, NdArray, type NdLayout } from "./contract/nd-array";
export { type ElementKind, type TypedArray, type TypedArrayClass } from "./contract/typed-arrays";
export { type PropertyGuard } from "./contract/rule-checker";
export { contractOf } from "./contract/contract-of";
export {
  type RpcClassDecorator,
  type RpcFieldDecorator,
  type RpcMethodDecorator,
} from "./contract/decorated-member";
export {
  type ArgRecord,
  type ExperimentMethod,
  type ExperimentMethodOptions,
  type Naming,
  type IdleTimeout,
  type MethodResult,
  type OnCallerLost,
} from "./contract/records";
export { remote } from "./contract/remote-body";
export {
  type MemberContract,
  type MethodContract,
  type ParameterContract,
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
  type StreamContract,
  type ValueAbout,
} from "./contract/service-contract";
export { type JsonSchema } from "./contract/rule-keywords";
export { type DisplayMetadata, type ValueMetadata } from "./contract/value-metadata";
export { type ValueCheck, type ValueRules } from "./contract/value-rules";
export {
  Any,
  arrayOf,
  type Constructor,
  dictOf,
  enumOf,
  type EnumObject,
  Integer,
  type LazyType,
  ndArrayOf,
  oneOf,
  setOf,
  tupleOf,
  type TypeSpec,
  type ValueType,
} from "./contract/value-type";

export * from "./errors";
export { defaultLogger, type Logger } from "./log/logger";
export { type ErrorKind, kindOfError, stackOf } from "./thrown";
export { type Located, type PeerIdentity } from "./transport/located";
export { type Locate } from "./transport/rpc-channel";
export { type NatsOptions, type NatsTls } from "./nats/nats-options";
export { type WebCredentials } from "./transport/web-access";
export { VERSION } from "./version";
export { type Inventory, type MethodTimeouts, type RigwireInventory } from "./wire/inventory";
export { type DeviceHealth } from "./wire/device-health";
export {
  type DeviceStats,
  type EventLoopStats,
  type MemberStats,
  type MemberUse,
  type MemoryStats,
  type SignalStats,
} from "./wire/device-stats";
export {
  type BucketCount,
  type CountedDurations,
  type Durations,
  durationsSince,
  quantileMs,
} from "./wire/durations";
export { readArray } from "./wire/incoming-arrays";
export { type MemberDescription, type ParameterDescription } from "./wire/member-description";
export { type RunningMethod } from "./wire/server-status";
export { type TraceContext } from "./wire/trace-context";
