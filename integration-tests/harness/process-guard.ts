import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Reads what to remember and to forget, one a line. When its input ends because this process is
 * gone, whatever way it went, everything remembered goes too.
 */
const WATCH = `
trap '' INT TERM HUP
alive=' '
mounts=' '
while read -r what it; do
  case $what in
    +process) alive="$alive$it " ;;
    -process) alive="\${alive%% $it *} \${alive#* $it }" ;;
    +mount) mounts="$mounts$it " ;;
    -mount) mounts="\${mounts%% $it *} \${mounts#* $it }" ;;
  esac
done
for it in $alive; do kill -9 "$it"; done
for it in $mounts; do umount -l "$it"; done
`;

/**
 * Keeps what tests start from outliving them, also when they are ended by SIGKILL: a shell that
 * waits for the end of this process, in a session of its own.
 */
class ProcessGuard {
  private watch: ChildProcess | undefined;

  /** Ends with this process at the latest. */
  add(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.tell(`+process ${pid}`);
    child.once('exit', () => this.tell(`-process ${pid}`));
  }

  /** Unmounted when this process ends, unless {@link unmounted} came before. */
  mounted(path: string): void {
    this.tell(`+mount ${path}`);
  }

  unmounted(path: string): void {
    this.tell(`-mount ${path}`);
  }

  private tell(line: string): void {
    if (!this.watch) {
      this.watch = spawn('sh', ['-c', WATCH], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      });
      this.watch.on('error', () => undefined);
      this.watch.stdin!.on('error', () => undefined);
      // Neither keeps this process alive.
      this.watch.unref();
      (this.watch.stdin as Socket).unref();
    }
    this.watch.stdin!.write(`${line}\n`);
  }
}

export const processGuard = new ProcessGuard();
