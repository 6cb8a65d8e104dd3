import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileAtomic } from '#lib/atomic-file.ts';
import type { Clock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { approve, readApprovals } from './mandate-approvals.ts';
import { approvedForm } from './mandate-form.ts';
import { faultText, parseMandate } from './mandate-parse.ts';
import { judge, refusalOf, type MandateStanding, type Place, type Read } from './mandate-standing.ts';
import type { Mandate } from './mandate.ts';
import type { BusinessUnit } from './unit.ts';

/** The mandates of all units, as they are now: a change counts at the next call. */
export interface Mandates {
  readonly units: readonly BusinessUnit[];
  /** Makes a unit's folder and mandate where there is none. @throws OmegaError `E_NO_UNIT` */
  readonly standing: (unit: string) => Promise<MandateStanding>;
  /** @throws OmegaError `E_MANDATE` where it allows nothing, and says what the owner can do. */
  readonly require: (unit: string) => Promise<Mandate>;
  /** The owner's word for it as it is now. @throws OmegaError `E_MANDATE` where it does not parse. */
  readonly approve: (unit: string) => Promise<MandateStanding>;
}

export interface MandatesOptions {
  readonly paths: Pick<DataPaths, 'units' | 'mandateApprovals'>;
  readonly units: readonly BusinessUnit[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Loads mandates and the approvals that go with them. */
export function createMandates({ paths, units, clock }: MandatesOptions): Mandates {
  const cache = new Map<string, { readonly stamp: string; readonly read: Read }>();
  async function standing(id: string): Promise<MandateStanding> {
    const unit = findUnit(units, id);
    const place = placeOf(paths.units, unit);
    const stamp = await stampOf([place.path, paths.mandateApprovals]);
    let read = cache.get(id)?.stamp === stamp ? cache.get(id)?.read : undefined;
    if (read === undefined) {
      read = await readMandate(unit, place, paths.mandateApprovals);
      // Stamped before it was read: what changed meanwhile is read again next time.
      if (!stamp.startsWith('-')) cache.set(id, { stamp, read });
    }
    return judge({ unit, ...place, ...read, now: clock.now() });
  }
  return {
    units,
    standing,
    require: async (id) => {
      const found = await standing(id);
      const refusal = refusalOf(found);
      if (refusal === null && found.mandate !== null) return found.mandate;
      throw mandateError(refusal?.reason ?? 'It is not there.', refusal?.hint ?? '');
    },
    approve: async (id) => {
      const { form, unit } = await standing(id);
      if (form === null)
        throw mandateError(
          `The mandate of ${unit.id} does not parse, so there is nothing to approve.`,
          `npm run mandate -- check ${unit.id} names each fault.`,
        );
      await approve(paths.mandateApprovals, form, clock.now());
      cache.clear();
      return standing(id);
    },
  };
}

function findUnit(units: readonly BusinessUnit[], id: string): BusinessUnit {
  const unit = units.find((one) => one.id === id);
  if (unit !== undefined) return unit;
  throw new OmegaError(`There is no business unit ${id}.`, {
    code: 'E_NO_UNIT',
    hint: `There are: ${units.map((one) => one.id).join(', ')}.`,
    permanent: true,
    exitCode: 2,
  });
}

function placeOf(unitsFolder: string, unit: BusinessUnit): Place {
  const folder = join(unitsFolder, unit.id);
  return { folder, path: join(folder, 'mandate.md') };
}

/** Changes whenever one of the files does; begins with a dash where the first is not there. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { ino, mtimeNs, ctimeNs, size } = await stat(file, { bigint: true });
        return `${ino}.${mtimeNs}.${ctimeNs}.${size}`;
      } catch (error) {
        return `-${codeOf(error) ?? ''}`;
      }
    }),
  );
  return stamps.join(' ');
}

async function readMandate(unit: BusinessUnit, { path, folder }: Place, approvalsPath: string): Promise<Read> {
  const template = await readFile(unit.mandate, 'utf8');
  const shipped = parseMandate(template);
  if (!shipped.ok)
    throw mandateError(
      `The shipped mandate of ${unit.id} does not parse: ${faultText(shipped.faults[0])}`,
      unit.mandate,
    );
  for (const name of ['documents', 'reports']) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  await createFileAtomic(path, template);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw mandateError(`The mandate of ${unit.id} cannot be read`, `Look at ${path}`, error);
  });
  return {
    parsed: parseMandate(text),
    shipped: approvedForm(unit.id, shipped.mandate),
    approval: (await readApprovals(approvalsPath))[unit.id] ?? null,
  };
}

function mandateError(message: string, hint: string, cause?: unknown): OmegaError {
  return new OmegaError(message, {
    code: 'E_MANDATE',
    hint,
    permanent: true,
    exitCode: 2,
    ...(cause === undefined ? {} : { cause }),
  });
}
