import { ManualClock } from '../../client/runtime/manual-clock';
import { InMemoryEnsemble } from '../double/in-memory-ensemble';
import type { LinkFaults, SessionHarness } from './session-harness';
import { describeSessionContract } from './session-contract-suite';

/** Lets everything that is under way arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function harnessOf(ensemble: InMemoryEnsemble, clock: ManualClock): SessionHarness {
  let roots = 0;
  const links: LinkFaults = {
    lose: (session) => ensemble.faults.disconnect(session),
    restore: (session) => ensemble.faults.reconnect(session),
  };
  return {
    faulty: false,
    identities: true,
    chroots: true,
    clock,
    links,
    async passTime(ms) {
      clock.advance(ms);
      await settle();
    },
    open: ({ resume, ...options } = {}) => ensemble.sessions(options).open(resume),
    freshRoot: () => `/contract-${roots++}`,
  };
}

const clock = new ManualClock();
describeSessionContract('InMemorySession', harnessOf(new InMemoryEnsemble({ clock }), clock));

/** Loses every fifth request, by turns before and after it is applied. */
function loseSome(ensemble: InMemoryEnsemble): void {
  let requests = 0;
  let losses = 0;
  const arm = () => {
    if (losses++ % 2 === 0) ensemble.faults.dropNextReply(isUnlucky);
    else ensemble.faults.dropNextRequest(isUnlucky);
  };
  const isUnlucky = () => {
    if (++requests % 5 !== 0) return false;
    arm();
    return true;
  };
  arm();
}

const hurtClock = new ManualClock();
const hurt = new InMemoryEnsemble({ clock: hurtClock });
loseSome(hurt);
describeSessionContract('InMemorySession losing requests and replies', {
  ...harnessOf(hurt, hurtClock),
  faulty: true,
});
