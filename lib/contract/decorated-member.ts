import { ContractError } from "../errors";

/** What standard decorators get of the member on which they stand, as far as rigwire uses it. */
export interface MemberContext {
  readonly kind: "method" | "getter" | "setter" | "field" | "accessor";
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
  readonly metadata?: object | undefined;
}

/** What standard decorators get of the class on which they stand. */
export interface ClassContext {
  readonly kind: "class";
  readonly metadata?: object | undefined;
}

/** The second argument of a decorator: the member's name, or its context where the compiler runs standard ones. */
export type DecoratedMember = string | symbol | MemberContext;

/** Stands on a method, whichever form of decorators the compiler runs. */
export interface RpcMethodDecorator {
  (prototype: object, member: string | symbol, descriptor: PropertyDescriptor): void;
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext): void;
}

/** Stands on a field or accessor, whichever form of decorators the compiler runs. */
export interface RpcFieldDecorator {
  (prototype: object, member: string | symbol, descriptor?: PropertyDescriptor): void;
  (
    value: unknown,
    context:
      | ClassFieldDecoratorContext
      | ClassAccessorDecoratorContext
      | ClassGetterDecoratorContext
      | ClassSetterDecoratorContext,
  ): void;
}

/** Stands on a class, whichever form of decorators the compiler runs. */
export type RpcClassDecorator = (
  type: { readonly prototype: object },
  context?: ClassDecoratorContext,
) => void;

/** The name of a decorated member. */
export function memberName(member: DecoratedMember): string {
  return String(typeof member === "object" ? member.name : member);
}

/** Where standard decorators of one class leave what they say, and where it is found: by this key of the class. */
export const METADATA: symbol = metadataKey();

/** Node has none yet. Compilers look it up when a class is defined, so it has to be there before. */
function metadataKey(): symbol {
  const known: unknown = Reflect.get(Symbol, "metadata");
  if (typeof known === "symbol") return known;
  const made = Symbol.for("Symbol.metadata");
  Object.defineProperty(Symbol, "metadata", { value: made });
  return made;
}

/**
 * @throws ContractError for what has no name on the wire, or is no member of an instance.
 */
export function checkMember(owner: string, member: DecoratedMember): void {
  const name = typeof member === "object" ? member.name : member;
  if (typeof name === "symbol") {
    throw new ContractError(`${owner}: ${String(name)} is named by a symbol, which has no name on the wire`);
  }
  if (typeof member !== "object") return;
  if (member.private)
    throw new ContractError(`${owner}: ${name} is private: only public members can be remote`);
  if (member.static) {
    throw new ContractError(`${owner}: ${name} is static: only members of an instance can be remote`);
  }
}
