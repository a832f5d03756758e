import type { Logger } from 'pino';
import type { HelloRefusal } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeHandlers } from '../../protocol/nodeMessages.ts';
import { protocolVersion } from '../../protocol/version.ts';
import type { LinkEvent } from './linkEvents.ts';
import { LinkHello } from './linkHello.ts';
import { LinkServer } from './linkServer.ts';
import { checkLinkSettings } from './linkSettings.ts';
import type { LinkSettings } from './linkSettings.ts';
import { NodeLink } from './nodeLink.ts';

export interface NodeLinksParts {
  nodeId: NodeId;
  /** See `LinkHelloParts`; of 32 bytes or more each. */
  secrets: readonly string[];
  settings: LinkSettings;
  handlers: NodeHandlers;
  log: Logger;
  /** Where a node waits for links, e.g. `https://10.0.0.7:4443`; undefined for one that is not known. */
  addressOf: (nodeId: NodeId) => string | undefined;
  random?: () => number;
  /** Unix time, ms. */
  now?: () => number;
  protocolVersion?: number;
}

/** All of a node's links: one for each other node, whichever side opened it. */
export class NodeLinks {
  readonly #parts: NodeLinksParts;
  readonly #hello: LinkHello;
  readonly #server: LinkServer;
  readonly #links = new Map<NodeId, NodeLink>();
  readonly #listeners = new Set<(event: LinkEvent) => void>();
  readonly #turnedAway = new Map<HelloRefusal, number>();
  #closing: Promise<void> | undefined;

  /** Throws a sentence for the operator when settings or secrets cannot work. */
  constructor(parts: NodeLinksParts) {
    checkLinkSettings(parts.settings);
    this.#parts = parts;
    const { settings, log } = parts;
    const version = parts.protocolVersion ?? protocolVersion;
    this.#hello = new LinkHello({
      self: parts.nodeId,
      secrets: parts.secrets,
      protocolVersion: version,
      now: parts.now ?? Date.now,
    });
    this.#server = new LinkServer({
      settings,
      log,
      hello: this.#hello,
      protocolVersion: version,
      linkTo: (peer) => this.to(peer),
      onOtherVersion: (nodeId, other) => {
        this.#announce({ type: 'other-version', nodeId, version: other });
      },
      onRefused: (code) => {
        this.#turnedAway.set(code, (this.#turnedAway.get(code) ?? 0) + 1);
      },
    });
  }

  /** How often somebody who greeted was turned away, by reason. */
  get turnedAway(): ReadonlyMap<HelloRefusal, number> {
    return this.#turnedAway;
  }

  /** Starts to wait for others; the answer is the port. */
  listen(): Promise<number> {
    return this.#server.listen();
  }

  /** The one link to this node; opened when it is used. */
  to(nodeId: NodeId): NodeLink {
    const { nodeId: self, random = Math.random } = this.#parts;
    if (nodeId === self) throw new Error('a node has no link to itself');
    const known = this.#links.get(nodeId);
    if (known !== undefined) return known;
    const { settings, handlers, log, addressOf } = this.#parts;
    const link = new NodeLink({
      self,
      peer: nodeId,
      settings,
      handlers,
      log,
      addressOf,
      random,
      hello: this.#hello,
      announce: (event) => this.#announce(event),
    });
    this.#links.set(nodeId, link);
    if (this.#closing !== undefined) void link.close();
    return link;
  }

  /** Every link there is now, open or not. */
  all(): NodeLink[] {
    return [...this.#links.values()];
  }

  /** Adds a listener to what happens to links; the answer takes it off again. */
  watch(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Closes the link to a node that has left the network, and forgets it. */
  async forget(nodeId: NodeId): Promise<void> {
    const link = this.#links.get(nodeId);
    this.#links.delete(nodeId);
    await link?.close();
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all(this.all().map((link) => link.close()));
      await this.#server.close();
      this.#listeners.clear();
    })();
    return this.#closing;
  }

  #announce(event: LinkEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#parts.log.error({ err: error, event: event.type }, 'a listener to node links failed');
      }
    }
  }
}
