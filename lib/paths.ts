import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OmegaError } from './errors.ts';

/** The folder of the repository, wherever a command is called from. */
export const root = resolve(import.meta.dirname, '..');

/** The command of the private Node where there is one; what a service or a hint starts scripts with. */
export const nodeLauncher = join(root, 'scripts', 'node');

/** Longest path of a unix socket that Redis and Node take on every system. */
const longestSocketPath = 100;

/** The same under every shell, cron and su, unlike `XDG_RUNTIME_DIR` and `TMPDIR`. */
const shortFolder = '/tmp';

/** Every place under the data folder, so that no other file spells one out. */
export interface DataPaths {
  readonly data: string;
  readonly healthDb: string;
  readonly snapshot: string;
  /** What may never be lost or rewritten, on hash chains: the audit of tool calls, the journal of the memory. */
  readonly ledgerDb: string;
  /** A folder a business unit: mandate.md, documents/, reports/. */
  readonly units: string;
  /** How many sources spoke of what in which period. */
  readonly trendsDb: string;
  /** The memory as it stands now, with its index of words: made from the ledger, and made anew where it is missing. */
  readonly memoryDb: string;
  /** The vectors of what is remembered, as the models gave them: kept so that none is asked twice. */
  readonly vectorsDb: string;
  /** What was exported without being asked for, so that it is not lost. */
  readonly exports: string;
  /** The private Chroma's: the index of vectors, made from the ledger as well. */
  readonly chroma: string;
  /** Where the private Chroma answers while it runs. */
  readonly chromaState: string;
  /** That the index of vectors is broken: the next start of the private Chroma sets it aside. */
  readonly chromaBroken: string;
  /** State of the tool servers, and a folder for each. */
  readonly mcp: string;
  /** The owner's own mcp.json and approvals, in place of the shipped ones. */
  readonly mcpConfig: string;
  readonly mcpLock: string;
  /** The owner's own checks; and the last ones without a fault, for when it has one. */
  readonly checks: string;
  readonly checksGood: string;
  /** Of the push URLs: each is made of it and of the check's id. */
  readonly pushKey: string;
  /** Touched when something was written that the worker should look at before the next minute. */
  readonly bell: string;
  /** Alerts as files. */
  readonly alerts: string;
  /** Sealed reports, until the owner has them and after; and the last head of their ledger, outside of it. */
  readonly outbox: string;
  readonly reportHead: string;
  /** Signs the reports: the 32-byte seed as hex. */
  readonly reportSigningKey: string;
  /** Reports that no bot could bring, for the owner to fetch. */
  readonly reportExports: string;
  /** The chat that each bot was paired with, and a pairing that goes on. */
  readonly botChats: string;
  readonly botPairing: string;
  /** What Omega's bot says of itself while its bridge runs. */
  readonly bridgeState: string;
  /** What Zwartehand says of itself while it runs. */
  readonly zwartehandState: string;
  /** Where backups lie, each in a folder or file of its own. */
  readonly backups: string;
  readonly edgeSocket: string;
  /** The rendered status page and `status.json`, served as they are. */
  readonly site: string;
  readonly redis: string;
  readonly keys: string;
  readonly redisPassword: string;
  readonly boardToken: string;
  /** The head of the memory's journal when it was last found whole: outside of the ledger that it vouches for. */
  readonly memoryHead: string;
  /** The owner's approvals of mandates: outside what they edit and outside what a tool may write. */
  readonly mandateApprovals: string;
  readonly logs: string;
  /** Locks, and the state of what runs now; may be emptied while nothing runs. */
  readonly run: string;
  /** What the shell and `.env` gave when Omega was started, as JSON, for its owner alone, while it runs. */
  readonly startedDotenv: string;
  /** Sockets; the same as `run` unless that path is too long for one. */
  readonly sockets: string;
  readonly redisSocket: string;
  readonly controlSocket: string;
}

/** The value of the environment that places depend on; nothing else may, for every process must find the same ones. */
export interface PathSettings {
  /** `OMEGA_DATA_DIR`; a relative one is meant from the repository. */
  readonly dataDir: string;
}

/**
 * Where everything lies for one data folder.
 * @throws OmegaError `E_SOCKET_DIR`, exit code 2, where the folder for sockets is somebody else's.
 */
export function dataPaths({ dataDir }: PathSettings): DataPaths {
  const data = resolve(root, dataDir);
  const run = join(data, 'run');
  const sockets = socketFolder(run);
  requireOwnSockets({ sockets, run });
  return {
    data,
    healthDb: join(data, 'health.sqlite'),
    snapshot: join(data, 'snapshot.json'),
    ledgerDb: join(data, 'ledger.sqlite'),
    units: join(data, 'units'),
    trendsDb: join(data, 'trends.sqlite'),
    memoryDb: join(data, 'memory.sqlite'),
    vectorsDb: join(data, 'vectors.sqlite'),
    exports: join(data, 'export'),
    chroma: join(data, 'chromadb'),
    chromaState: join(run, 'chroma.json'),
    chromaBroken: join(run, 'chroma.broken'),
    mcp: join(data, 'mcp'),
    mcpConfig: join(data, 'mcp.json'),
    mcpLock: join(data, 'mcp.lock.json'),
    checks: join(data, 'checks.yaml'),
    checksGood: join(data, 'checks.last-good.yaml'),
    pushKey: join(data, 'keys', 'push.key'),
    bell: join(run, 'bell'),
    alerts: join(data, 'export', 'alerts'),
    outbox: join(data, 'outbox'),
    reportHead: join(data, 'keys', 'report.head'),
    reportSigningKey: join(data, 'keys', 'report-signing.key'),
    reportExports: join(data, 'export', 'reports'),
    botChats: join(data, 'keys', 'telegram.json'),
    botPairing: join(run, 'telegram-pairing.json'),
    bridgeState: join(run, 'bridge.json'),
    zwartehandState: join(run, 'zwartehand.json'),
    backups: join(data, 'backups'),
    edgeSocket: join(sockets, 'edge.sock'),
    site: join(data, 'site'),
    redis: join(data, 'redis'),
    keys: join(data, 'keys'),
    redisPassword: join(data, 'keys', 'redis.password'),
    boardToken: join(data, 'keys', 'board.token'),
    memoryHead: join(data, 'keys', 'memory.head'),
    mandateApprovals: join(data, 'keys', 'mandates.json'),
    logs: join(data, 'logs'),
    run,
    startedDotenv: join(run, 'started.env'),
    sockets,
    redisSocket: join(sockets, 'redis.sock'),
    controlSocket: join(sockets, 'control.sock'),
  };
}

/** A path over 100 bytes is refused by Redis and Node: then a folder named by the data folder's hash. */
function socketFolder(run: string): string {
  const longestName = 'control.sock';
  if (Buffer.byteLength(join(run, longestName)) <= longestSocketPath) return run;
  const name = createHash('sha256').update(run).digest('hex').slice(0, 12);
  return join(shortFolder, `omega-${process.getuid?.() ?? 0}-${name}`);
}

/**
 * In a shared folder somebody else could have made ours first, and would hold our sockets. Root is no exception: it
 * may enter any folder, and so would walk into that one. A folder that is not there yet is nobody's.
 * @throws OmegaError `E_SOCKET_DIR`, exit code 2.
 */
export function requireOwnSockets({ sockets, run }: Pick<DataPaths, 'sockets' | 'run'>): void {
  if (sockets === run) return;
  const stats = lstatSync(sockets, { throwIfNoEntry: false });
  const self = process.getuid?.();
  if (stats === undefined || self === undefined) return;
  const mode = stats.mode & 0o777;
  if (stats.isDirectory() && stats.uid === self && (mode & 0o077) === 0) return;
  const whose = stats.isDirectory() ? `belongs to user ${stats.uid} with mode ${mode.toString(8)}` : 'is no folder';
  throw new OmegaError(`Sockets cannot lie in ${sockets}: it ${whose}, so it is not this user's alone.`, {
    code: 'E_SOCKET_DIR',
    hint: `See who made it and remove it (sudo rm -r '${sockets}'), or set OMEGA_DATA_DIR to a shorter path.`,
    permanent: true,
    exitCode: 2,
  });
}
