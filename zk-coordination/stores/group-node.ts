import type { GroupFacts } from './group-record';
import { encodeJson, ZnodeJson } from './znode-json';

/** Where members are kept that are too many, or too large, for one write; see `GroupPieces`. */
export interface AssignmentRef {
  readonly name: string;
  readonly pieces: number;
}

/** What the znode of a group says. Its zkVersion is the group epoch, which fences all writes. */
export interface GroupNode {
  /** null when the group has only offsets; `Dead` when what is left of it is to be removed. */
  readonly facts: GroupFacts | 'Dead' | null;
  /** null when the members are those under `ids`. */
  readonly assignmentRef: AssignmentRef | null;
  /** The broker that the last coordinator, when it stopped, proposed as the next; else null. */
  readonly successor: number | null;
}

export const NO_GROUP: GroupNode = { facts: null, assignmentRef: null, successor: null };

export function encodeGroupNode({ facts, assignmentRef, successor }: GroupNode): Buffer {
  return encodeJson({
    version: 1,
    ...(facts === 'Dead' ? { state: 'Dead' } : facts),
    ...(facts !== null && facts !== 'Dead' && { assignmentRef }),
    ...(successor !== null && { successor }),
  });
}

/** @throws MalformedZnodeError */
export function decodeGroupNode(path: string, data: Buffer | null): GroupNode {
  // Nobody's yet, or made by a consumer of 0.8.
  if (data === null || data.length === 0) return NO_GROUP;
  const json = ZnodeJson.parse(path, data);
  const successor = json.keys.includes('successor') ? json.int('successor') : null;
  if (!json.keys.includes('state')) return { ...NO_GROUP, successor };
  const state = json.string('state');
  if (state === 'Dead') return { facts: 'Dead', assignmentRef: null, successor };
  if (state !== 'Empty' && state !== 'Stable') throw json.wrong('state', 'a state of a group');
  const facts: GroupFacts = {
    state,
    generation: json.int('generation'),
    protocolType: json.nullableString('protocolType'),
    protocol: json.nullableString('protocol'),
    leader: json.nullableString('leader'),
    since: json.int('since'),
  };
  return { facts, assignmentRef: decodeRef(json), successor };
}

function decodeRef(json: ZnodeJson): AssignmentRef | null {
  if (json.isNull('assignmentRef')) return null;
  const ref = json.object('assignmentRef');
  return { name: ref.string('name'), pieces: ref.int('pieces') };
}
