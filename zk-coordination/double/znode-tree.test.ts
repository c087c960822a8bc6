import fc from 'fast-check';
import type { ZkOp } from '../multi';
import { Refusal } from './refusal';
import { statOf } from './znode';
import { ZnodeTree } from './znode-tree';

const NAMES = ['/a', '/b', '/a/c', '/a/d', '/a/c/e'];

const path = fc.constantFrom(...NAMES);
const version = fc.integer({ min: -1, max: 2 });
const data = fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes));
const op: fc.Arbitrary<ZkOp> = fc.oneof(
  fc.record({
    type: fc.constant('create' as const),
    path,
    data: fc.option(data),
    ephemeral: fc.boolean(),
    sequential: fc.boolean(),
  }),
  fc.record({ type: fc.constant('set' as const), path, data, version }),
  fc.record({ type: fc.constant('delete' as const), path, version }),
  fc.record({ type: fc.constant('check' as const), path, version }),
);

const txn = (zxid: number) => ({ zxid: BigInt(zxid), time: zxid, sessionId: 7n, identity: null });

function dump(tree: ZnodeTree): unknown[] {
  return tree.paths().map((each) => {
    const node = tree.find(each)!;
    return [each, node.data, statOf(node), node.created, [...node.children].sort()];
  });
}

function tryApply(tree: ZnodeTree, ops: readonly ZkOp[], zxid: number): Refusal | null {
  try {
    tree.apply(ops, txn(zxid));
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

describe('ZnodeTree', () => {
  it('is as it was after operations that were refused, whatever they were', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 20 }), fc.array(op, { maxLength: 8 }), (past, ops) => {
        const tree = new ZnodeTree(0);
        past.forEach((each, index) => tryApply(tree, [each], index + 1));
        const before = dump(tree);
        const refusal = tryApply(tree, ops, 100);
        if (refusal) expect(dump(tree)).toEqual(before);
      }),
      { seed: 1 },
    );
  });

  it('does in one transaction what it does in several', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 12 }), (ops) => {
        const [together, apart] = [new ZnodeTree(0), new ZnodeTree(0)];
        const refusal = tryApply(together, ops, 1);
        const done = refusal ? [] : ops;
        for (const each of done) expect(tryApply(apart, [each], 1)).toBeNull();
        expect(dump(together)).toEqual(dump(apart));
        if (refusal) {
          for (const each of ops.slice(0, refusal.index)) tryApply(apart, [each], 1);
          expect(tryApply(apart, [ops[refusal.index]!], 1)?.code).toBe(refusal.code);
        }
      }),
      { seed: 2 },
    );
  });

  it('has none of a session’s ephemerals left once they are removed', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 20 }), (ops) => {
        const tree = new ZnodeTree(0);
        ops.forEach((each, index) => tryApply(tree, [each], index + 1));
        const owned = tree.paths().filter((each) => tree.find(each)!.ephemeralOwner === 7n);
        const changes = tree.removeEphemerals(7n, 100n);
        expect(changes.map((change) => change.path).sort()).toEqual(owned);
        expect(tree.paths().some((each) => tree.find(each)!.ephemeralOwner === 7n)).toBe(false);
      }),
      { seed: 3 },
    );
  });
});
