import { SingleBar } from 'cli-progress';
import type { Clock } from '../../client/runtime/clock';
import { systemClock } from '../../client/runtime/clock';
import type { TerminalStream } from './terminal';

export interface ProgressOptions {
  /** What is going on, e.g. `Producing`. */
  readonly label: string;
  /** The value at which it is finished. */
  readonly total: number;
  /** What is counted, e.g. `records`. */
  readonly unit: string;
  /** Where to draw; stderr, so that stdout stays data. */
  readonly stream: TerminalStream;
  readonly clock?: Clock;
  /** Pause between two lines when the stream is no terminal, in ms; default 3000. */
  readonly lineEveryMs?: number;
}

export interface Progress {
  /** Cheap enough to be called per batch. */
  update(value: number): void;
  /** Ends the drawing. Idempotent. */
  stop(): void;
}

/** A bar on a terminal, elsewhere (CI, a file) a plain line every few seconds. */
export function startProgress(options: ProgressOptions): Progress {
  return options.stream.isTTY ? bar(options) : lines(options);
}

function bar({ label, total, unit, stream }: ProgressOptions): Progress {
  const drawn = new SingleBar({
    format: `${label} {bar} {percentage}% · {value}/{total} ${unit} · {duration_formatted}`,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
    etaBuffer: 50,
  });
  drawn.start(total, 0);
  return { update: (value) => drawn.update(value), stop: () => drawn.stop() };
}

function lines(options: ProgressOptions): Progress {
  const { label, total, unit, stream, clock = systemClock, lineEveryMs = 3000 } = options;
  let lastLine = clock.monotonic();
  return {
    update: (value) => {
      if (clock.monotonic() - lastLine < lineEveryMs) return;
      lastLine = clock.monotonic();
      const percent = total > 0 ? ` (${Math.floor((100 * value) / total)} %)` : '';
      stream.write(`${label}: ${value} of ${total} ${unit}${percent}\n`);
    },
    stop: () => {},
  };
}
