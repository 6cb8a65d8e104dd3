import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createStream, type FileSize, type RotatingFileStream } from 'rotating-file-stream';
import { messageOf } from '#lib/errors.ts';

/** Keeps what a service says, one line of JSON an entry, in `<folder>/<service>.log` and a few older ones. */
export interface LogFile {
  /** Drains a stream to its end, without its noise; a line that is no JSON is wrapped, with the time at which it came. */
  readonly keep: (stream: Readable, level: 'info' | 'error', noise?: RegExp) => void;
  readonly write: (line: string) => void;
  /** Resolves when all is on disk, as far as the disk takes it. */
  readonly close: () => Promise<void>;
}

export interface LogFileOptions {
  readonly folder: string;
  readonly service: string;
  readonly maxSize?: FileSize;
  /** So many older files are kept besides the one that is written. */
  readonly olderFiles?: number;
  /** Told once each time the file can be written no more, such as on a full disk. */
  readonly onTrouble: (reason: string) => void;
}

/** After trouble the file is tried again this much later; what is said meanwhile is lost, the service goes on. */
const retryAfterMs = 5000;

const blank = /^\s*$/;

/** Opens a service's log. A disk that takes no more never stops the service whose log it is. */
export function openLogFile(options: LogFileOptions): LogFile {
  const log = new RetryingFile(options);
  return {
    keep: (stream, level, noise = blank) => keepLines(stream, { log, name: options.service, level, noise }),
    write: (line) => void log.write(line),
    close: () => log.close(),
  };
}

interface Keeping {
  readonly log: RetryingFile;
  readonly name: string;
  readonly level: string;
  readonly noise: RegExp;
}

/** Reads no faster than the disk writes, so that a talkative service cannot fill the memory. */
function keepLines(stream: Readable, { log, name, level, noise }: Keeping): void {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  lines.on('error', () => {}); // A pipe that breaks: the service's own exit tells why.
  let isWaiting = false;
  lines.on('line', (line) => {
    const plain = stripVTControlCharacters(line); // Some draw their banner in colours, for a terminal that is not here.
    if (blank.test(plain) || noise.test(plain) || log.write(asJsonLine(plain, name, level)) || isWaiting) return;
    isWaiting = true;
    stream.pause(); // Lines that were already read still come: they are few, and wait in the file's own buffer.
    log.onceWritable(() => {
      isWaiting = false;
      stream.resume(); // Unlike the lines', it may be called when the stream has ended meanwhile.
    });
  });
}

function asJsonLine(line: string, name: string, level: string): string {
  if (line.startsWith('{')) return line;
  return JSON.stringify({ level, time: new Date().toISOString(), name, msg: line });
}

class RetryingFile {
  readonly #options: LogFileOptions;
  #stream: RotatingFileStream | null = null;
  #retryAt = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** False: wait for `onceWritable` before writing more. */
  write(line: string): boolean {
    if (this.#stream === null && Date.now() >= this.#retryAt) this.#stream = this.#open();
    return this.#stream?.write(`${line}\n`) ?? true;
  }

  /** A file that broke is writable in its own way: what comes is dropped until it is tried again. */
  onceWritable(tell: () => void): void {
    const stream = this.#stream;
    if (stream === null) return tell();
    const once = (): void => {
      stream.off('drain', once).off('close', once);
      tell();
    };
    stream.once('drain', once).once('close', once);
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null || stream.destroyed) return;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve).end();
    });
  }

  #open(): RotatingFileStream {
    const { service, folder, maxSize = '50M', olderFiles = 4 } = this.#options;
    const stream = createStream((age) => nameOf(service, age), {
      path: folder,
      size: maxSize,
      rotate: olderFiles,
      mode: 0o600,
    });
    return stream.on('error', (error) => {
      this.#stream = null;
      this.#retryAt = Date.now() + retryAfterMs;
      this.#options.onTrouble(`${service}.log cannot be written: ${messageOf(error)}`);
    });
  }
}

/** The file that is written has no age; those before it count up from 1. */
function nameOf(service: string, age: unknown): string {
  return typeof age === 'number' ? `${service}.${age}.log` : `${service}.log`;
}
