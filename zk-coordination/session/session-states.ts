import type { Logger } from '../../client/runtime/logger';
import type { SessionState } from '../session-contract';

/** Which states may follow which; those followed by none are final. */
const TRANSITIONS: Record<SessionState, readonly SessionState[]> = {
  connecting: ['connected', 'expired', 'closed', 'authFailed'],
  connected: ['suspended', 'expired', 'closed', 'authFailed'],
  suspended: ['connected', 'expired', 'closed', 'authFailed'],
  expired: [],
  closed: [],
  authFailed: [],
};

type StateListener = (state: SessionState, previous: SessionState) => void;

/** The state of a session and who wants to know of it. */
export class SessionStates {
  private readonly listeners = new Set<StateListener>();
  private state: SessionState = 'connecting';

  constructor(private readonly logger: Logger) {}

  get current(): SessionState {
    return this.state;
  }

  get final(): boolean {
    return TRANSITIONS[this.state].length === 0;
  }

  onState(listener: StateListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells the listeners; a listener that throws is logged and stops nobody. */
  enter(state: SessionState): void {
    const previous = this.state;
    if (!TRANSITIONS[previous].includes(state)) return;
    this.state = state;
    for (const listener of [...this.listeners]) {
      try {
        listener(state, previous);
      } catch (error) {
        this.logger.error({ event: 'zk-listener-threw', state, err: error }, 'A listener threw.');
      }
    }
  }
}
