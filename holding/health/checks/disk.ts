import { statfs } from 'node:fs/promises';
import { defineCheck, type Finding } from '../check.ts';

const fillingShare = 0.85;
const fullShare = 0.95;

/** How full the disk of the data folder is, in bytes and in files. */
export default defineCheck({
  id: 'disk',
  name: 'Disk',
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: { degraded: 'Disk is filling up', down: 'Disk is nearly full' },
  run: async ({ probes }) => {
    const { blocks, bfree, bavail, bsize, files, ffree } = await statfs(probes.dataDir);
    const used = blocks - bfree;
    return judgeDisk({
      bytesShare: used / Math.max(1, used + bavail),
      // Some file systems make room for files as they go, and say 0.
      filesShare: files === 0 ? 0 : (files - ffree) / files,
      freeBytes: bavail * bsize,
    });
  },
});

/** Shares from 0 to 1, of what an ordinary user may fill. */
export function judgeDisk(disk: { bytesShare: number; filesShare: number; freeBytes: number }): Finding {
  const { bytesShare, filesShare, freeBytes } = disk;
  const worst = Math.max(bytesShare, filesShare);
  const percent = Math.floor(worst * 100);
  const reason =
    filesShare > bytesShare && worst >= fillingShare
      ? `${percent} % of the possible files are in use`
      : `${Math.floor(bytesShare * 100)} % used, ${Math.floor(freeBytes / 1e9)} GB free`;
  if (worst < fillingShare) return { status: 'ok', reason };
  const todo = { what: 'Free some space on the disk', command: 'du -xhd2 / | sort -h | tail -20', minutes: 15 };
  return worst < fullShare ? { status: 'warn', reason, todo } : { status: 'fail', explicit: true, reason, todo };
}
