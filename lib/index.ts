/**
 * For devices, and for clients in Node.
 *
 * @module rigwire
 */

// The types below name Node's own; a program that lists no `types` has them all the same.
/// <reference types="node" preserve="true" />

import "./platform/node";
import "./contract/classes-in-node";
import "./log/pino-logger";
import "./transport/nats/register";
import "./transport/stream/register";
import "./transport/zeromq/register";

export * from "./contracts-and-clients";

export {
  AdvertisementDirectory,
  type AdvertisementDirectoryOptions,
} from "./advertisement/advertisement-directory";
export { type AdvertisedService, type ServiceProperties } from "./advertisement/advertisement-record";
export { type DiscoveredService, type DiscoveryOptions } from "./advertisement/discovery";
export {
  type AdvertisementOptions,
  LocalServiceAdvertisement,
  type ServiceDescription,
} from "./advertisement/local-service-advertisement";
export { advertisementFolder, searchedFolders } from "./advertisement/advertisement-folder";
export { type RuntimeSurroundings } from "./platform/runtime-directory";
export { type ServiceEvent, type WatchOptions } from "./advertisement/service-watch";

export { type NetworkUrl } from "./registry/network-urls";

export { AdvertisementModule } from "./di/advertisement-module";
export { DeviceClients, type DeviceClientsOptions } from "./di/device-clients";
export { DirectoryModule } from "./di/directory-module";
export { type FleetDiscoveryOptions, FleetModule } from "./di/fleet-module";
export { DEVICE_GATEWAY, GatewayModule } from "./di/gateway-module";
export { InjectClient } from "./di/inject-client";
export { DEVICE_DIRECTORY, type DeviceOptions, RigApp, RigAppError, type RigAppOptions } from "./di/rig-app";
export {
  MDNS_REGISTRY,
  MdnsModule,
  type MdnsModuleOptions,
  type RegistryAnnouncement,
} from "./di/mdns-module";
export { RigParticipantModule } from "./di/rig-participant-module";
export { RigServicesModule, type RigServicesModuleOptions } from "./di/rig-services-module";
export { DEVICE_REGISTRY, type RegistryDiscoveryOptions, RegistryModule } from "./di/registry-module";
export { RpycRegistryModule } from "./di/rpyc-registry-module";
export { type Announcement, type RigModule, type RunningModule, type ServedDevice } from "./di/rig-module";

export {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "./discovery/device-directory";

export { type FleetRecord } from "./fleet/fleet-directory";
export { type FleetOptions } from "./fleet/fleet";

export { type DeviceConnection, type DeviceGateway } from "./gateway/device-gateway";
export {
  type DeviceState,
  Gateway,
  type GatewayAccess,
  type GatewayDevice,
} from "./gateway/gateway-contract";
export { type GatewayOptions } from "./gateway/web/gateway-options";

export { CombinedDirectory } from "./discovery/combined-directory";
export { DeviceList } from "./discovery/device-list";

export { Communicator } from "./experiments/communicator";
export {
  type CommunicatorOptions,
  type EventOptions,
  type RequestOptions,
  type SendOptions,
  type StopOptions,
} from "./experiments/communicator-options";
export { type EventCallback } from "./experiments/event-callbacks";
export { type EventSelection, ExperimentEvent } from "./experiments/experiment-event";
export { type ExperimentMessage } from "./experiments/experiment-message";
export { ExperimentReference, type ReferenceParts } from "./experiments/experiment-reference";
export { ExperimentStatus } from "./experiments/experiment-status";
export { type AlyxToken, type RigInfo } from "./experiments/message-bodies";
export { type RigRole } from "./experiments/open-link";
export { type ReceivedMessage } from "./experiments/received-message";
export { type RigAddress } from "./experiments/rig-address";
export * from "./experiments/rig-errors";
export {
  type Participation,
  RigParticipant,
  type RigParticipantOptions,
} from "./experiments/rig-participant";
export { type RigAnswers, type RigProgress } from "./experiments/rig-round";
export {
  type FromRig,
  type RigCallback,
  RigServices,
  type RigServicesOptions,
  type RoundOptions,
  type StopRoundOptions,
} from "./experiments/rig-services";
export {
  DEFAULT_RIG_PORT,
  formatRigUri,
  parseRigUri,
  type RigScheme,
  type RigUri,
  type RigUriOptions,
} from "./experiments/rig-uri";

export { advertisedUrl, type AdvertiseOptions } from "./address/node/advertised-url";
export { DeviceRegistry, type RegistryOptions } from "./registry/device-registry";
export {
  type AcceptedRegistration,
  type Registration,
  type CheckInOptions,
  type RegistryCallOptions as DeviceRegistryCallOptions,
  RegistryClient,
  type RegistryClientOptions,
  type RegistryClientState,
} from "./registry/registry-client";
export { RegistryDirectory } from "./registry/registry-directory";
export {
  type LeasedDevice,
  type LeaseOptions,
  type LeaseState,
  RegistryLease,
} from "./registry/registry-lease";

export { decodeBrine } from "./rpyc/brine/decoder";
export { encodeBrine } from "./rpyc/brine/encoder";
export { type BrineValue, ELLIPSIS, NOT_IMPLEMENTED, PyComplex, PyFloat, PySlice } from "./rpyc/brine/values";
export { type RegistryCallOptions, type RpycRegistryClient } from "./rpyc/client/registry-client";
export { RpycDirectory, type RpycDirectoryOptions, rpycNamesOf } from "./rpyc/client/rpyc-directory";
export {
  RpycRegistration,
  type RpycRegistrationOptions,
  type RpycRegistrationState,
} from "./rpyc/client/rpyc-registration";
export { type RegisteredAddress, type RegisteredPort, type ServiceAddress } from "./rpyc/service-address";
export { type RegistryCommands } from "./rpyc/server/registry-responder";
export { type RegisteredService, ServiceTable, type ServiceTableOptions } from "./rpyc/server/service-table";
export { TcpRegistryClient, type TcpRegistryClientOptions } from "./rpyc/client/tcp-registry-client";
export { TcpRegistryServer, type TcpRegistryServerOptions } from "./rpyc/server/tcp-registry-server";
export { UdpRegistryClient, type UdpRegistryClientOptions } from "./rpyc/client/udp-registry-client";
export { UdpRegistryServer, type UdpRegistryServerOptions } from "./rpyc/server/udp-registry-server";

export { CallContext } from "./server/call-context";
export { setHealth } from "./server/device-health";
export { rereadProperty } from "./server/reread-property";
export {
  type RequestedServer,
  type ServerInterceptor,
  type ServiceHandler,
  type ServiceRequest,
} from "./server/interceptor";
export { type RequestContext } from "./server/request-context";
export { type RequestDuration } from "./server/member-account";
export { type RpcServer } from "./server/rpc-server";
export { serve } from "./server/serve";
export { type ServeOptions } from "./server/serve-options";
export {
  type KeyFiles,
  readKeyFile,
  readPublicKey,
  readPublicKeys,
  writeKeyFiles,
} from "./security/key-file";
export { type RigSecurity, type ServerKeys } from "./security/rig-security";
export { addToken } from "./security/token-file";
export { inject, injectable, singleton } from "tsyringe";
export { type ClientIdentity } from "./transport/endpoint";
export { type RepresentedCaller } from "./wire/represented-caller";
export { type TlsIdentity, type WebAccess } from "./transport/web-access";
export { generateKeys } from "./security/generate-keys";
export {
  type Allow,
  type ClientSecurity,
  type KeyPair,
  type Plain,
  type PublicKey,
  type ServerSecurity,
} from "./security/credentials";
