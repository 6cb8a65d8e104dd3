import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { approve, readApprovals } from './mandate-approvals.ts';
import { approvedForm, formHash } from './mandate-form.ts';
import { putMandate, readMandateFile } from './mandate-file.ts';
import { faultText, parseMandate, type ParsedMandate } from './mandate-parse.ts';
import { judge, refusalOf, type MandateStanding, type Place, type Read } from './mandate-standing.ts';
import type { Mandate } from './mandate.ts';
import type { BusinessUnit } from './unit.ts';

/** The mandates of all units, as they are now: a change counts at the next call. */
export interface Mandates {
  readonly units: readonly BusinessUnit[];
  /** Makes a unit's folder and mandate where there never was one. @throws OmegaError `E_NO_UNIT` */
  readonly standing: (unit: string) => Promise<MandateStanding>;
  /** @throws OmegaError `E_MANDATE` where it allows nothing, and says what the owner can do. */
  readonly require: (unit: string) => Promise<Mandate>;
  /** The owner's word for the form that was shown, by its hash. @throws OmegaError `E_MANDATE` where it is another now. */
  readonly approve: (unit: string, shownHash: string) => Promise<MandateStanding>;
  /** Begins anew with the shipped one, for an owner who asks for it; one that is there stays as it is. */
  readonly putShipped: (unit: string) => Promise<MandateStanding>;
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
    approve: async (id, shownHash) => {
      const { form, unit } = await standing(id);
      if (form === null)
        throw mandateError(
          `The mandate of ${unit.id} is not there or has a fault, so there is nothing to approve.`,
          `npm run mandate -- check ${unit.id} says which.`,
        );
      if (formHash(form) !== shownHash)
        throw mandateError(
          `The mandate of ${unit.id} was changed while you looked, so nothing was approved.`,
          `Look again: npm run mandate -- approve ${unit.id}`,
        );
      await approve(paths.mandateApprovals, form, clock.now());
      cache.clear();
      return standing(id);
    },
    putShipped: async (id) => {
      const unit = findUnit(units, id);
      await putMandate(placeOf(paths.units, unit), await readFile(unit.mandate, 'utf8'));
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

async function readMandate(unit: BusinessUnit, place: Place, approvalsPath: string): Promise<Read> {
  const template = await readFile(unit.mandate, 'utf8');
  const shipped = parseMandate(template);
  if (!shipped.ok)
    throw mandateError(
      `The shipped mandate of ${unit.id} does not parse: ${faultText(shipped.faults[0])}`,
      unit.mandate,
    );
  const sign = join(dirname(approvalsPath), `mandate-${unit.id}.seen`);
  return {
    parsed: await readOwn({ ...place, sign }, template),
    shipped: approvedForm(unit.id, shipped.mandate),
    approval: (await readApprovals(approvalsPath))[unit.id] ?? null,
  };
}

/** One that cannot be read is a fault of this unit's alone. */
async function readOwn(file: Place & { readonly sign: string }, template: string): Promise<ParsedMandate | null> {
  try {
    const text = await readMandateFile(file, template);
    return text === null ? null : parseMandate(text);
  } catch (error) {
    return { ok: false, faults: [{ line: null, message: `it cannot be read: ${messageOf(error)}` }] };
  }
}

function mandateError(message: string, hint: string): OmegaError {
  return new OmegaError(message, { code: 'E_MANDATE', hint, permanent: true, exitCode: 2 });
}
