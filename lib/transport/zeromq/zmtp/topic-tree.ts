/** A part of topics that all further ones share. */
interface Node<Owner> {
  label: Uint8Array;
  readonly children: Map<number, Node<Owner>>;
  readonly owners: Set<Owner>;
}

/**
 * Who has which topics, as a tree of their bytes: to find the topics that a frame begins with takes as many steps as
 * the longest of them, however many others there are. Its size is that of the topics.
 */
export class TopicTree<Owner> {
  private readonly root = makeNode<Owner>(new Uint8Array());

  /** Idempotent. */
  add(topic: Uint8Array, owner: Owner): void {
    let node = this.root;
    let at = 0;
    while (at < topic.length) {
      const child = node.children.get(topic[at] ?? 0);
      if (child === undefined) {
        const leaf = makeNode<Owner>(new Uint8Array(topic.subarray(at)));
        node.children.set(topic[at] ?? 0, leaf);
        node = leaf;
        break;
      }
      const common = commonLength(child.label, topic, at);
      node = common < child.label.length ? split(node, child, common) : child;
      at += common;
    }
    node.owners.add(owner);
  }

  /** @returns Whether nobody has the topic any more. */
  remove(topic: Uint8Array, owner: Owner): boolean {
    const path = this.pathTo(topic);
    const node = path.at(-1);
    if (node?.owners.delete(owner) !== true || node.owners.size > 0) return false;
    const parent = path.at(-2);
    if (parent === undefined) return true;
    if (node.children.size === 0) parent.children.delete(node.label[0] ?? 0);
    else join(parent, node);
    const grandparent = path.at(-3);
    if (grandparent !== undefined) join(grandparent, parent);
    return true;
  }

  /** All who have a topic that the bytes begin with, each once. */
  match(bytes: Uint8Array, from = 0): ReadonlySet<Owner> {
    let node = this.root;
    let found: ReadonlySet<Owner> = node.owners;
    let several: Set<Owner> | undefined;
    for (let at = from; at < bytes.length;) {
      const child = node.children.get(bytes[at] ?? 0);
      if (child === undefined || commonLength(child.label, bytes, at) < child.label.length) break;
      node = child;
      at += child.label.length;
      if (node.owners.size === 0) continue;
      if (found.size === 0) {
        found = node.owners;
        continue;
      }
      several ??= new Set(found);
      for (const owner of node.owners) several.add(owner);
    }
    return several ?? found;
  }

  /** The nodes from the root to a topic; none where it is not there. */
  private pathTo(topic: Uint8Array): readonly Node<Owner>[] {
    const path = [this.root];
    let node = this.root;
    for (let at = 0; at < topic.length;) {
      const child = node.children.get(topic[at] ?? 0);
      if (child === undefined || commonLength(child.label, topic, at) < child.label.length) return [];
      node = child;
      path.push(node);
      at += child.label.length;
    }
    return path;
  }
}

/** With a label of its own: a part of a larger one would keep that alive. */
function makeNode<Owner>(label: Uint8Array): Node<Owner> {
  return { label, children: new Map(), owners: new Set() };
}

/** Puts a node in between. @returns It. */
function split<Owner>(parent: Node<Owner>, child: Node<Owner>, at: number): Node<Owner> {
  const between = makeNode<Owner>(child.label.slice(0, at));
  parent.children.set(child.label[0] ?? 0, between);
  child.label = child.label.slice(at);
  between.children.set(child.label[0] ?? 0, child);
  return between;
}

/** Takes a node out that is no topic and leads to one other only. */
function join<Owner>(parent: Node<Owner>, node: Node<Owner>): void {
  const [child] = node.children.values();
  if (child === undefined || node.children.size > 1 || node.owners.size > 0) return;
  const label = new Uint8Array(node.label.length + child.label.length);
  label.set(node.label);
  label.set(child.label, node.label.length);
  child.label = label;
  parent.children.set(label[0] ?? 0, child);
}

function commonLength(label: Uint8Array, bytes: Uint8Array, from: number): number {
  const length = Math.min(label.length, bytes.length - from);
  let common = 0;
  while (common < length && label[common] === bytes[from + common]) common++;
  return common;
}
