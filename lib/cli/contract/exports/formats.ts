import { type ToldContract } from "../told-contract";
import { asyncapiDocument } from "./asyncapi-document";
import { inventoryDocument } from "./inventory-document";
import { jsonSchemaDocument } from "./json-schema-document";
import { thingDescription } from "./thing-description";

/** What a contract is written as, besides TypeScript and Python. */
export const DOCUMENTS: Readonly<Record<string, (told: ToldContract) => object>> = {
  "json-schema": jsonSchemaDocument,
  asyncapi: asyncapiDocument,
  "thing-description": thingDescription,
  inventory: ({ inventory }) => inventoryDocument(inventory),
};

/** Every form, the usual one first. */
export const FORMS = ["typescript", "python", ...Object.keys(DOCUMENTS)] as const;

/** A document as the text of a file; numbers that JSON has not are left out. */
export function documentText(document: object): string {
  return `${JSON.stringify(document, finite, 2)}\n`;
}

function finite(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && !Number.isFinite(value) ? undefined : value;
}
