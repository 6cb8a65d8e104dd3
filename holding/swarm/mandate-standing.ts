import { approvalMs, warnMs, type Approval } from './mandate-approvals.ts';
import { approvedForm, formHash, type ApprovedForm } from './mandate-form.ts';
import { faultText, type MandateFault, type ParsedMandate } from './mandate-parse.ts';
import type { Mandate } from './mandate.ts';
import type { BusinessUnit } from './unit.ts';

/** How a unit's mandate stands. Only `shipped` and `approved` allow anything. */
export type MandateState = 'shipped' | 'approved' | 'unapproved' | 'expired' | 'invalid' | 'missing';

export interface MandateStanding {
  readonly unit: BusinessUnit;
  /** The owner's file. */
  readonly path: string;
  /** The unit's own folder: reads and writes are relative to it. */
  readonly folder: string;
  readonly state: MandateState;
  /** Null where there is none that parses. */
  readonly mandate: Mandate | null;
  readonly faults: readonly MandateFault[];
  readonly form: ApprovedForm | null;
  /** What was approved last, or the shipped form where nothing ever was. */
  readonly approvedForm: ApprovedForm;
  /** When that was; null where nothing ever was. */
  readonly approvedAt: number | null;
  /** When the approval ends; null where none is needed or there is none. */
  readonly expiresAt: number | null;
  /** It ends within a fortnight. */
  readonly expiresSoon: boolean;
}

/** Where a unit's mandate lies. */
export interface Place {
  readonly folder: string;
  readonly path: string;
}

/** A mandate with its approval, as the files have them. */
export interface Read {
  /** Null where it was there once and is not any more. */
  readonly parsed: ParsedMandate | null;
  readonly shipped: ApprovedForm;
  readonly approval: Approval | null;
}

/** What a mandate is worth now. */
export function judge({
  parsed,
  shipped,
  approval,
  now,
  ...of
}: Read & Place & { unit: BusinessUnit; now: number }): MandateStanding {
  const approvedAt = approval?.approvedAt ?? null;
  const base = { ...of, approvedForm: approval?.form ?? shipped, approvedAt };
  const none = { expiresAt: null, expiresSoon: false };
  const nothing = { ...base, ...none, mandate: null, form: null, faults: [] };
  if (parsed === null) return { ...nothing, state: 'missing' };
  if (!parsed.ok) return { ...nothing, state: 'invalid', faults: parsed.faults };

  const form = approvedForm(of.unit.id, parsed.mandate);
  const known = { ...base, mandate: parsed.mandate, form, faults: [] };
  const hash = formHash(form);
  if (hash === formHash(shipped)) return { ...known, ...none, state: 'shipped' };
  if (approvedAt === null || approval?.sha256 !== hash) return { ...known, ...none, state: 'unapproved' };
  const expiresAt = approvedAt + approvalMs;
  // An approval of the future was not given by a clock that can be believed; a day off is not that.
  const holds = now < expiresAt && now > approvedAt - 86_400_000;
  return {
    ...known,
    state: holds ? 'approved' : 'expired',
    expiresAt,
    expiresSoon: holds && now > expiresAt - warnMs,
  };
}

/** Why a mandate allows nothing, and what to do; null where it holds. */
export function refusalOf(standing: MandateStanding): { readonly reason: string; readonly hint: string } | null {
  const { state, unit, faults, approvedAt, expiresAt, path } = standing;
  const approveIt = `npm run mandate -- approve ${unit.id} shows what it allows and asks for your word.`;
  switch (state) {
    case 'missing':
      return {
        reason: `The mandate of ${unit.id} is not there any more, so it allows nothing.`,
        hint: `npm run mandate -- edit ${unit.id} begins anew with the shipped one; or put yours back as ${path}.`,
      };
    case 'invalid':
      return {
        reason: `The mandate of ${unit.id} has a fault, so it allows nothing: ${faultText(faults[0])}${
          faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
        }`,
        hint: `npm run mandate -- check ${unit.id} names each fault; mend them in ${path}`,
      };
    case 'unapproved':
      return {
        reason: `The mandate of ${unit.id} has changes to tools, reach or budget that you have not approved.`,
        hint: approveIt,
      };
    case 'expired':
      return {
        reason: `The approval of the mandate of ${unit.id} is not valid today: it holds from ${dayOf(approvedAt ?? 0)} to ${dayOf(expiresAt ?? 0)}.`,
        hint: approveIt,
      };
    case 'shipped':
    case 'approved':
      return null;
    default:
      return state satisfies never;
  }
}

/** As it is written: 2026-03-01. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
