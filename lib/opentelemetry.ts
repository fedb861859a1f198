/**
 * Traces and metrics of devices and their clients, for OpenTelemetry. Needs the package `@opentelemetry/api`.
 *
 * @module rigwire/opentelemetry
 */

export { traced, type TracedOptions, type TracingInterceptor } from "./telemetry/traced";
