import type { Admin } from '../../client/admin';
import type { Kafka } from '../../client/kafka';
import { describeError } from '../../client/runtime/error';
import { check } from './checker/check';
import { isClean, newVerdict, type Verdict } from './checker/verdict';
import { Load } from './load/load';
import { Stage } from './stage';
import type { BrokerTarget } from './target/broker-target';
import type { UserDrill } from './user-drills';

export interface UserDrillRun {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly target: BrokerTarget;
  readonly brokers: readonly number[];
  /** Made for the drill, and deleted when it has passed. */
  readonly topic: string;
  readonly signal: AbortSignal;
  tell(what: string): void;
}

export interface UserDrillResult {
  readonly passed: boolean;
  readonly verdict: Verdict;
  /** What went wrong besides what the verdict counts. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

const WARM_UP_MS = 2000;
const QUIET_MS = 2000;

/** Runs one drill to its verdict. Never rejects; whatever it broke it tries to mend. */
export async function runUserDrill(drill: UserDrill, run: UserDrillRun): Promise<UserDrillResult> {
  const began = performance.now();
  const problems: string[] = [];
  let verdict = newVerdict();
  let load: Load | undefined;
  let stage: Stage | undefined;
  try {
    load = await startLoad(run);
    stage = new Stage(run.brokers, run.target, run.admin, load, run.tell, run.signal);
    await play(drill, stage, load);
    problems.push(...load.readFailures.map((what) => `a reader failed: ${what}`));
    verdict = check(load.history);
  } catch (error) {
    problems.push(run.signal.aborted ? 'It was interrupted.' : describeError(error));
    await stage?.heal().catch((failure: unknown) => problems.push(describeError(failure)));
  } finally {
    await load?.close().catch((error: unknown) => problems.push(describeError(error)));
  }
  const passed = problems.length === 0 && isClean(verdict) && verdict.acked > 0;
  if (passed) await run.admin.deleteTopics([run.topic]).catch(() => {});
  return { passed, verdict, problems, seconds: (performance.now() - began) / 1000 };
}

async function startLoad({ kafka, admin, brokers, topic }: UserDrillRun): Promise<Load> {
  const replicationFactor = Math.min(3, brokers.length);
  return Load.start(kafka, admin, {
    topic,
    partitions: 6,
    replicationFactor,
    minInsyncReplicas: Math.max(1, replicationFactor - 1),
    writers: 4,
    readers: 2,
    everyMs: 20,
  });
}

async function play(drill: UserDrill, stage: Stage, load: Load): Promise<void> {
  await stage.served();
  await stage.wait(WARM_UP_MS);
  await drill.harm(stage);
  await stage.heal();
  await stage.whole();
  await stage.served();
  await stage.wait(QUIET_MS);
  load.stopWriting();
  await stage.until('every send to end', () => load.isSettled);
  await load.readAll();
  await stage.until('the readers to have read everything', () => load.isCaughtUp);
}
