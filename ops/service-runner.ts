import { systemClock } from '#lib/clock.ts';
import { createBackoff } from './backoff.ts';
import { liveAndDie, whenAborted, type LifeOptions } from './process-life.ts';
import type { ServiceStatus } from './status.ts';

export interface RunnerOptions extends LifeOptions {
  /** Told each change of state, in order. */
  readonly onChange: (status: ServiceStatus) => void;
}

const recentMs = 600_000;
/** More restarts than this within ten minutes are not told apart. */
const mostRemembered = 1000;

/** Keeps one service running: starts its process, and starts it again, until told to pause or to stop. */
export class ServiceRunner {
  readonly name: string;
  readonly #options: RunnerOptions;
  readonly #backoff = createBackoff();
  readonly #restartedAt: number[] = [];
  #state: ServiceStatus['state'] = 'starting';
  #since = Date.now();
  #pid: number | null = null;
  #restarts = 0;
  #lastExit: string | null = null;
  #wanted: 'running' | 'paused' | 'stopped' = 'running';
  /** Aborted to break off whatever is waited for, when something else is wanted. */
  #interruption = new AbortController();

  constructor(options: RunnerOptions) {
    this.name = options.service.name;
    this.#options = options;
  }

  status(): ServiceStatus {
    const recently = performance.now() - recentMs;
    return {
      name: this.name,
      state: this.#state,
      pid: this.#pid,
      since: this.#since,
      restarts: this.#restarts,
      recentRestarts: this.#restartedAt.filter((at) => at > recently).length,
      lastExit: this.#lastExit,
    };
  }

  /** Runs the service; resolves once `stop` was called and its process is gone. */
  async run(): Promise<void> {
    let hasRun = false;
    while (this.#wanted !== 'stopped') {
      this.#interruption = new AbortController();
      if (this.#wanted === 'paused') await this.#rest();
      else {
        if (hasRun) this.#countRestart();
        hasRun = true;
        await this.#runOnce();
      }
    }
    this.#enter('stopped', null);
  }

  /** Ends the process in an orderly way and starts it again at once; also ends a pause or a backoff. */
  restart(): void {
    this.#want('running');
  }

  /** Ends the process, and leaves it so until `resume` or `restart`. */
  pause(): void {
    this.#want('paused');
  }

  /** Ends a pause. */
  resume(): void {
    if (this.#wanted === 'paused') this.#want('running');
  }

  /** Ends the process for good. */
  stop(): void {
    this.#want('stopped');
  }

  #want(wanted: 'running' | 'paused' | 'stopped'): void {
    if (this.#wanted === 'stopped') return;
    this.#wanted = wanted;
    this.#backoff.reset();
    this.#interruption.abort();
  }

  async #rest(): Promise<void> {
    this.#enter('paused', null);
    await whenAborted(this.#interruption.signal);
  }

  async #runOnce(): Promise<void> {
    const { signal } = this.#interruption;
    const ending = await liveAndDie(this.#options, signal, (phase, pid) => this.#enter(phase, pid));
    this.#lastExit = ending.how;
    this.#pid = null;
    if (signal.aborted) return;
    const waitMs = this.#backoff.afterExit(ending.readyForMs);
    this.#enter('backoff', null);
    await sleepUnlessAborted(waitMs, signal);
  }

  #countRestart(): void {
    this.#restarts += 1;
    this.#restartedAt.push(performance.now());
    if (this.#restartedAt.length > mostRemembered) this.#restartedAt.shift();
  }

  #enter(state: ServiceStatus['state'], pid: number | null): void {
    if (state !== this.#state) this.#since = Date.now();
    this.#state = state;
    this.#pid = pid;
    this.#options.onChange(this.status());
  }
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await systemClock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
