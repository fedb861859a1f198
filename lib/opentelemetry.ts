/**
 * Traces and metrics of devices and their clients, for OpenTelemetry. Needs the package `@opentelemetry/api`.
 *
 * @module rigwire/opentelemetry
 */

export { observeServer, type ObserveOptions } from "./telemetry/observe-server";
export { traced, type TracedOptions, type TracingInterceptor } from "./telemetry/traced";
