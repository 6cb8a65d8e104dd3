import { statfs } from 'node:fs/promises';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding } from '../check.ts';

const fillingShare = 0.85;
const fullShare = 0.95;

/** How full the disk of the data folder is, in bytes and in files. */
export default defineCheck({
  id: 'disk',
  name: { en: 'Disk', nl: 'Schijf' },
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  urgent: true,
  headline: {
    degraded: { en: 'Disk is filling up', nl: 'De schijf raakt vol' },
    down: { en: 'Disk is nearly full', nl: 'De schijf is bijna vol' },
  },
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
      ? {
          en: `${percent} % of the possible files are in use`,
          nl: `${percent} % van de mogelijke bestanden is in gebruik`,
        }
      : spaceWords(Math.floor(bytesShare * 100), Math.floor(freeBytes / 1e9));
  if (worst < fillingShare) return { status: 'ok', reason };
  const what = { en: 'Free some space on the disk', nl: 'Maak ruimte vrij op de schijf' };
  const todo = { what, command: 'du -xhd2 / | sort -h | tail -20', minutes: 15 };
  return worst < fullShare ? { status: 'warn', reason, todo } : { status: 'fail', explicit: true, reason, todo };
}

function spaceWords(percent: number, freeGb: number): Words {
  return { en: `${percent} % used, ${freeGb} GB free`, nl: `${percent} % in gebruik, ${freeGb} GB vrij` };
}
