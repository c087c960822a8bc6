import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { describeError } from '../../client/runtime/error';
import { type Logger, silentLogger } from '../../client/runtime/logger';
import type { SessionCredentials } from '../session-contract';

/** The little of `node:fs/promises` that is needed. */
export interface FileAccess {
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, data: string, options: { mode: number; flush: boolean }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export interface SavedSession extends SessionCredentials {
  /** Of the client that saved it. */
  readonly generation: number;
  /** Identifies the process that saved it. */
  readonly bootId: string;
}

/**
 * The session of this process, kept for its successor (R10), which resumes and closes it and so is
 * registered again at once. JSON: `sessionId` (hex), `password` (base64), `generation`, `bootId`.
 * The password gives power over the session, hence mode 0600.
 *
 * Only one process at a time may own the file: take the lock of the data directory first.
 */
export class SessionFile {
  readonly bootId: string = randomUUID();

  constructor(
    private readonly path: string,
    private readonly files: FileAccess = fs,
    private readonly logger: Logger = silentLogger,
  ) {}

  /** @returns null when there is none or it is unreadable: then there is nothing to close */
  async load(): Promise<SavedSession | null> {
    let text: string;
    try {
      text = await this.files.readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.complain(error);
      return null;
    }
    try {
      return parse(text);
    } catch (error) {
      this.complain(error);
      return null;
    }
  }

  /** Written aside and renamed, so that a crash leaves the old file or the new one. */
  async save(credentials: SessionCredentials, generation: number): Promise<void> {
    const text = JSON.stringify({
      sessionId: `0x${credentials.id.toString(16)}`,
      password: credentials.password.toString('base64'),
      generation,
      bootId: this.bootId,
    });
    const aside = `${this.path}.tmp`;
    await this.files.writeFile(aside, `${text}\n`, { mode: 0o600, flush: true });
    await this.files.rename(aside, this.path);
  }

  private complain(error: unknown): void {
    this.logger.warn(
      { event: 'zk-session-file-unreadable', path: this.path, error: describeError(error) },
      'The session file cannot be used; a session left behind will have to time out.',
    );
  }
}

function parse(text: string): SavedSession {
  const json: unknown = JSON.parse(text);
  const { sessionId, password, generation, bootId } = json as Record<string, unknown>;
  if (typeof sessionId !== 'string' || typeof password !== 'string') {
    throw new Error('sessionId or password is missing');
  }
  return {
    id: BigInt(sessionId),
    password: Buffer.from(password, 'base64'),
    generation: typeof generation === 'number' ? generation : 0,
    bootId: typeof bootId === 'string' ? bootId : '',
  };
}
