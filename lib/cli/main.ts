#!/usr/bin/env node
import "../platform/node";
import "../contract/classes-in-node";
import "../log/pino-logger";
import "../transport/nats/register";
import "../transport/stream/register";
import "../transport/zeromq/register";
import { runCommandLine } from "./program/run";

void runCommandLine(process.argv.slice(2)).then((exitCode) => {
  // Not `process.exit`: what is printed gets out, and what was opened must have been closed.
  process.exitCode = exitCode;
});
