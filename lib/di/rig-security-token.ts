import { type Plain } from "../security/credentials";
import { type DependencyContainer, type InjectionToken } from "tsyringe";
import { type RigSecurity } from "../security/rig-security";

const RIG_SECURITY: InjectionToken<RigSecurity | Plain> = Symbol("rigwire:RigSecurity");

/** Lets the modules of an app have its keys. */
export function provideRigSecurity(container: DependencyContainer, security: RigSecurity | Plain): void {
  container.registerInstance(RIG_SECURITY, security);
}

/** The keys of the app that a module is part of, if it has any. */
export function rigSecurityOf(container: DependencyContainer): RigSecurity | Plain | undefined {
  return container.isRegistered(RIG_SECURITY, true) ? container.resolve(RIG_SECURITY) : undefined;
}
