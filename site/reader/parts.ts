import { joinParts } from '#holding/report/envelope/parts.ts';
import type { OpenedFile } from './open-file.ts';

/** Reports that are too large for one envelope, put together where all their parts were opened at once. */
export function withParts(files: readonly OpenedFile[]): readonly OpenedFile[] {
  return files.map((file) => {
    const { part } = file.report.meta;
    if (part === undefined) return file;
    const joined = joinParts(
      files.flatMap(({ report: { meta, body } }) =>
        meta.part?.sha512 === part.sha512 ? { part: meta.part, body } : [],
      ),
    );
    if ('whole' in joined) return { ...file, report: { ...file.report, body: joined.whole } };
    return { ...file, missing: joined.missing };
  });
}
