import type { TerminalStream } from './terminal';

export type Paint = (text: string) => string;

export interface Colours {
  readonly green: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

const plain: Paint = (text) => text;
const ansi =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

/**
 * Colours only where a person looks: on a terminal, unless `NO_COLOR` is set to anything
 * (no-color.org) or `TERM` is `dumb`. `FORCE_COLOR` set to anything but `0` turns them on.
 */
export function colours(stream: TerminalStream, env: NodeJS.ProcessEnv): Colours {
  if (!wanted(stream, env)) {
    return { green: plain, red: plain, yellow: plain, dim: plain, bold: plain };
  }
  return {
    green: ansi(32, 39),
    red: ansi(31, 39),
    yellow: ansi(33, 39),
    dim: ansi(2, 22),
    bold: ansi(1, 22),
  };
}

function wanted(stream: TerminalStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
