import type { Stage } from './stage';
import type { Ability } from './target/broker-target';

/** Harm done to a cluster of somebody's own. */
export interface UserDrill {
  /** What it does, in a few words. */
  readonly what: string;
  readonly needs: readonly Ability[];
  /** What is still broken at its end is mended by the runner. */
  harm(stage: Stage): Promise<void>;
}

/** Longer than the session timeout of a broker with the defaults (18 s). */
const BEYOND_SESSION_MS = 25_000;

/** Every drill of `kafka-drill`, by name. */
export const userDrills: Readonly<Record<string, UserDrill>> = {
  'leader-kill': {
    what: 'SIGKILL of a leader, which comes back when others have taken over',
    needs: [],
    harm: async (stage) => {
      await stage.kill(await stage.leader());
      await stage.served();
    },
  },
  'follower-kill': {
    what: 'SIGKILL of a follower',
    needs: [],
    harm: async (stage) => {
      await stage.kill(await stage.follower());
      await stage.served();
    },
  },
  'controller-kill': {
    what: 'SIGKILL of the controller',
    needs: [],
    harm: async (stage) => {
      await stage.kill(await stage.controller());
      await stage.served();
    },
  },
  'all-kill': {
    what: 'SIGKILL of all brokers at once',
    needs: [],
    harm: async (stage) => {
      await Promise.all(stage.brokers.map((broker) => stage.kill(broker)));
    },
  },
  'leader-pause': {
    what: 'SIGSTOP of a leader for longer than its ZooKeeper session, then SIGCONT',
    needs: ['pause'],
    harm: async (stage) => {
      const leader = await stage.leader();
      await stage.pause(leader);
      await stage.wait(BEYOND_SESSION_MS);
      await stage.served();
      await stage.resume(leader);
    },
  },
  'leader-cut': {
    what: 'a leader cut off from everybody for longer than its ZooKeeper session',
    needs: ['cut'],
    harm: async (stage) => {
      const leader = await stage.leader();
      await stage.cut(leader);
      await stage.wait(BEYOND_SESSION_MS);
      await stage.served();
      await stage.mend(leader);
    },
  },
  'rolling-restart': {
    what: 'each broker is stopped cleanly and started again',
    needs: ['stop'],
    harm: async (stage) => {
      for (const broker of stage.brokers) {
        await stage.stop(broker);
        await stage.served();
        await stage.start(broker);
        await stage.whole();
      }
    },
  },
  'zookeeper-leader-kill': {
    what: "SIGKILL of ZooKeeper's leader",
    needs: ['zookeeper'],
    harm: async (stage) => {
      await stage.killZookeeperLeader();
      await stage.wait(BEYOND_SESSION_MS);
      await stage.served();
    },
  },
};
