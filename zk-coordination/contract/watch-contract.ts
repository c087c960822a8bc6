import { describe, expect, it } from '@jest/globals';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';
import type { EventLog } from './event-log';
import type { SettledSession } from './settled-session';
import { stateReached } from './settled-session';

interface Scene {
  readonly watching: SettledSession;
  readonly writing: SettledSession;
  readonly log: EventLog;
  /** After it, everything that was to fire so far has. */
  settle(): Promise<void>;
}

export function describeWatches(test: ContractTest): void {
  const { links, faulty } = test.harness;

  async function scene(...names: string[]): Promise<Scene> {
    const [watching, writing, log] = [await test.open(), await test.open(), test.log()];
    for (const name of names) await writing.create(test.path(name));
    await watching.sync(test.path());
    const settle = async () => {
      await watching.sync(test.path());
      await watching.exists(test.path());
    };
    return { watching, writing, log, settle };
  }

  describe('a watch', () => {
    it('on data fires at a change of data, once', async () => {
      const { watching, writing, log, settle } = await scene('/a');
      await watching.get(test.path('/a'), log.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      expect(await log.atLeast(1)).toEqual(['dataChanged /a']);
      await writing.set(test.path('/a'), bytes('y'), 1);
      await writing.delete(test.path('/a'), 2);
      await settle();
      expect(log.seen).toEqual(['dataChanged /a']);
    });

    it('on data fires at deletion', async () => {
      const { watching, writing, log } = await scene('/a');
      await watching.get(test.path('/a'), log.watcher);
      await writing.delete(test.path('/a'), 0);
      expect(await log.atLeast(1)).toEqual(['deleted /a']);
    });

    it('on data does not care for children', async () => {
      const { watching, writing, log, settle } = await scene('/a');
      await watching.get(test.path('/a'), log.watcher);
      await writing.create(test.path('/a/b'));
      await writing.delete(test.path('/a/b'), 0);
      await settle();
      expect(log.seen).toEqual([]);
    });

    it('is not left behind by a read that failed', async () => {
      const { watching, writing, log, settle } = await scene();
      const failed = [
        await watching.refusal((session) => session.get(test.path('/a'), log.watcher)),
        await watching.refusal((session) => session.children(test.path('/a'), log.watcher)),
      ];
      expect(failed.map((error) => error.code)).toEqual(['NO_NODE', 'NO_NODE']);
      await writing.create(test.path('/a'));
      await writing.create(test.path('/a/b'));
      await settle();
      expect(log.seen).toEqual([]);
    });

    it('on existence fires at creation, once', async () => {
      const { watching, writing, log, settle } = await scene();
      expect(await watching.exists(test.path('/a'), log.watcher)).toBeNull();
      await writing.create(test.path('/b'));
      await writing.create(test.path('/a'));
      expect(await log.atLeast(1)).toEqual(['created /a']);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await writing.delete(test.path('/a'), 1);
      await settle();
      expect(log.seen).toEqual(['created /a']);
    });

    it('on existence of what is there fires at a change of data or at deletion', async () => {
      const { watching, writing, log } = await scene('/a', '/b');
      await watching.exists(test.path('/a'), log.watcher);
      await watching.exists(test.path('/b'), log.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await log.atLeast(1);
      await writing.delete(test.path('/b'), 0);
      expect(await log.atLeast(2)).toEqual(['dataChanged /a', 'deleted /b']);
    });

    it('on children fires at a creation, once', async () => {
      const { watching, writing, log, settle } = await scene('/a');
      await watching.children(test.path('/a'), log.watcher);
      await writing.create(test.path('/a/b'));
      expect(await log.atLeast(1)).toEqual(['childrenChanged /a']);
      await writing.create(test.path('/a/c'));
      await settle();
      expect(log.seen).toEqual(['childrenChanged /a']);
    });

    it('on children fires at a deletion of one, and at its own', async () => {
      const { watching, writing, log } = await scene('/a', '/a/b', '/c');
      await watching.children(test.path('/a'), log.watcher);
      await watching.children(test.path('/c'), log.watcher);
      await writing.delete(test.path('/a/b'), 0);
      await log.atLeast(1);
      await writing.delete(test.path('/c'), 0);
      expect(await log.atLeast(2)).toEqual(['childrenChanged /a', 'deleted /c']);
    });

    it('on children cares neither for data nor for grandchildren', async () => {
      const { watching, writing, log, settle } = await scene('/a', '/a/b');
      await watching.children(test.path('/a'), log.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await writing.set(test.path('/a/b'), bytes('x'), 0);
      await writing.create(test.path('/a/b/c'));
      await settle();
      expect(log.seen).toEqual([]);
    });

    it('of one kind leaves those of another armed', async () => {
      const { watching, writing, log } = await scene('/a');
      const onChildren = test.log();
      await watching.get(test.path('/a'), log.watcher);
      await watching.children(test.path('/a'), onChildren.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await log.atLeast(1);
      expect(onChildren.seen).toEqual([]);
      await writing.create(test.path('/a/b'));
      expect(await onChildren.atLeast(1)).toEqual(['childrenChanged /a']);
      expect(log.seen).toEqual(['dataChanged /a']);
    });

    it('of either kind fires at deletion', async () => {
      const { watching, writing, log, settle } = await scene('/a');
      const onChildren = test.log();
      await watching.get(test.path('/a'), log.watcher);
      await watching.children(test.path('/a'), onChildren.watcher);
      await writing.delete(test.path('/a'), 0);
      await log.atLeast(1);
      await onChildren.atLeast(1);
      await settle();
      expect([log.seen, onChildren.seen]).toEqual([['deleted /a'], ['deleted /a']]);
    });

    it('does not come alone: every watcher is told, each session too', async () => {
      const { watching, writing, log } = await scene('/a');
      const [second, third] = [test.log(), test.log()];
      await watching.get(test.path('/a'), log.watcher);
      await watching.exists(test.path('/a'), second.watcher);
      await writing.get(test.path('/a'), third.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      for (const each of [log, second, third]) {
        expect(await each.atLeast(1)).toEqual(['dataChanged /a']);
      }
    });

    it('given twice for the same is told once', async () => {
      const { watching, writing, log, settle } = await scene('/a');
      await watching.get(test.path('/a'), log.watcher);
      await watching.get(test.path('/a'), log.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await log.atLeast(1);
      await settle();
      expect(log.seen).toEqual(['dataChanged /a']);
    });

    it('can be renewed from within itself', async () => {
      const { watching, writing, log } = await scene('/a');
      const renew = async (): Promise<void> => {
        const { stat } = await watching.get(test.path('/a'), () => void renew());
        log.note(`version ${stat.version}`);
      };
      await renew();
      for (const version of [0, 1, 2]) {
        await writing.set(test.path('/a'), bytes(String(version)), version);
        await log.atLeast(version + 2);
      }
      expect(log.seen).toEqual(['version 0', 'version 1', 'version 2', 'version 3']);
    });

    it('shows deletion and recreation as a change with another czxid', async () => {
      const { watching, writing, log } = await scene('/a');
      const before = await watching.get(test.path('/a'), log.watcher);
      await writing.delete(test.path('/a'), 0);
      await writing.create(test.path('/a'));
      const [event] = await log.atLeast(1);
      expect(['deleted /a', 'dataChanged /a']).toContain(event);
      await watching.sync(test.path('/a'));
      const after = await watching.get(test.path('/a'));
      expect(after.stat.version).toBe(before.stat.version);
      expect(after.stat.czxid).toBeGreaterThan(before.stat.czxid);
    });

    it('fires before its session can see the change', async () => {
      const { watching, writing, log } = await scene('/a');
      for (let version = 0; version < 20; version++) {
        await watching.get(test.path('/a'), log.watcher);
        const written = writing.set(test.path('/a'), bytes(String(version)), version);
        let seen = version;
        while (seen === version) seen = (await watching.get(test.path('/a'))).stat.version;
        expect(log.seen).toHaveLength(version + 1);
        await written;
      }
    });

    if (!faulty) {
      it('fires between the reply that armed it and the reply to the change', async () => {
        const { watching, log } = await scene('/a');
        const { session } = watching;
        await Promise.all([
          session.get(test.path('/a'), log.watcher).then(() => log.note('armed')),
          session.set(test.path('/a'), bytes('x'), 0).then(() => log.note('changed')),
        ]);
        expect(log.seen).toEqual(['armed', 'dataChanged /a', 'changed']);
      });
    }

    it('is over with its session', async () => {
      const { watching, writing, log } = await scene('/a', '/b');
      await watching.get(test.path('/a'), log.watcher);
      await watching.exists(test.path('/c'), log.watcher);
      await watching.children(test.path('/b'), log.watcher);
      await watching.session.close();
      const observer = await test.open();
      const observed = test.log();
      await observer.sync(test.path());
      await observer.children(test.path('/b'), observed.watcher);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await writing.create(test.path('/c'));
      await writing.create(test.path('/b/d'));
      await observed.atLeast(1);
      expect(log.seen).toEqual([]);
    });

    if (!links) return;

    it('outlives the connection: what it missed fires after it, once, the rest stays armed', async () => {
      const { watching, writing, log, settle } = await scene('/set', '/gone', '/same', '/p', '/q');
      for (const name of ['/set', '/gone', '/same']) {
        await watching.get(test.path(name), log.watcher);
      }
      await watching.exists(test.path('/new'), log.watcher);
      await watching.exists(test.path('/brief'), log.watcher);
      await watching.children(test.path('/p'), log.watcher);
      await watching.children(test.path('/q'), log.watcher);
      await links.lose(watching.session);
      await stateReached(watching.session, 'suspended');
      await writing.set(test.path('/set'), bytes('x'), 0);
      await writing.delete(test.path('/gone'), 0);
      await writing.create(test.path('/new'));
      await writing.create(test.path('/brief'));
      await writing.delete(test.path('/brief'), 0);
      await writing.create(test.path('/p/child'));
      await writing.delete(test.path('/p/child'), 0);
      expect(log.seen).toEqual([]);
      await links.restore(watching.session);
      await stateReached(watching.session, 'connected');
      await settle();
      expect([...(await log.atLeast(4))].sort()).toEqual([
        'childrenChanged /p',
        'created /new',
        'dataChanged /set',
        'deleted /gone',
      ]);
      await writing.set(test.path('/same'), bytes('x'), 0);
      await writing.create(test.path('/brief'));
      await writing.create(test.path('/q/child'));
      await settle();
      expect((await log.atLeast(7)).slice(4)).toEqual([
        'dataChanged /same',
        'created /brief',
        'childrenChanged /q',
      ]);
    });

    it('never fires after expiry', async () => {
      const { watching, writing, log } = await scene('/a');
      await watching.create(test.path('/mine'), null, { ephemeral: true });
      await watching.get(test.path('/a'), log.watcher);
      const gone = test.log();
      await writing.sync(test.path());
      await writing.exists(test.path('/mine'), gone.watcher);
      await links.lose(watching.session);
      await test.passTime(watching.session.negotiatedTimeoutMs);
      await gone.atLeast(1);
      await writing.set(test.path('/a'), bytes('x'), 0);
      await links.restore(watching.session);
      await stateReached(watching.session, 'expired');
      await writing.set(test.path('/a'), bytes('y'), 1);
      expect(log.seen).toEqual([]);
    });
  });
}
