import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeAcls } from './acl-contract';
import { ContractTest } from './contract-test';
import { describeEphemerals } from './ephemeral-contract';
import { describeLease } from './lease-contract';
import { describeMulti } from './multi-contract';
import type { SessionHarness } from './session-harness';
import { describeSessionLife } from './session-life-contract';
import { describeWatches } from './watch-contract';
import { describeZnodes } from './znode-contract';

/**
 * What every {@link ../session-contract.ZkSession} has to do, whatever it runs on. Tests that the
 * harness lacks the means for are not there.
 */
export function describeSessionContract(name: string, harness: SessionHarness): void {
  describe(name, () => {
    beforeAll(async () => harness.start?.());
    afterAll(async () => harness.stop?.());
    const test = new ContractTest(harness);
    describeZnodes(test);
    describeAcls(test);
    describeEphemerals(test);
    describeWatches(test);
    describeMulti(test);
    describeSessionLife(test);
    describeLease(test);
  });
}
