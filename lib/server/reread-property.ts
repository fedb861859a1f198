/** What reads the properties of an object that is served. */
interface Rereader {
  reread(member: string): Promise<void>;
}

const propertiesOf = new WeakMap<object, Rereader>();

/** The object is served, and this is what reads its properties. */
export function rereads(target: object, properties: Rereader): void {
  propertiesOf.set(target, properties);
}

/** The object is not served any more. */
export function rereadsNoMore(target: object, properties: Rereader): void {
  if (propertiesOf.get(target) === properties) propertiesOf.delete(target);
}

/**
 * Has a property of a device read anew, and its clients told where the value became bad or good again. For a device that
 * notices by itself that a value cannot be relied on, while nobody asks for it:
 * `probe.on("unplugged", () => rereadProperty(this, "temperature"))`. Does nothing for an object that is not served.
 *
 * @param device - The object that is served.
 * @param member - The property's name in the class. Needs a `notify` signal for its clients to be told.
 * @throws ValidationError if the device has no such property.
 */
export async function rereadProperty<T extends object>(device: T, member: keyof T & string): Promise<void> {
  await propertiesOf.get(device)?.reread(member);
}
