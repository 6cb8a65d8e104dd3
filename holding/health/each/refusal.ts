import { codeOf, messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Finding } from '../check.ts';
import { networkFault } from '../own/network-fault.ts';
import { tooLarge } from './ask-json.ts';

/**
 * Why a service could not be asked, without its address. @throws the error itself where it tells of this machine and not
 * of the service.
 */
export function unreachable(error: unknown, service: string): Finding {
  const proxied = /Proxy response \((\d+)\)/.exec(messageOf(error))?.[1];
  if (proxied !== undefined) return { status: 'fail', reason: throughProxy(service, proxied) };
  const code = codeOf(error) ?? '';
  if (code === tooLarge) return { status: 'fail', reason: endless(service) };
  if (/^UND_ERR_.*TIMEOUT$/.test(code)) return { status: 'fail', reason: silent(service) };
  if (code === 'UND_ERR_SOCKET') return { status: 'fail', reason: brokenOff(service) };
  return networkFault(error, service);
}

/** What an answer means that is not the one hoped for. One that asks for patience is a warning: it is not asked again at once. */
export function refusal(status: number, service: string): Finding {
  if (status === 429) return { status: 'warn', reason: slowDown(service) };
  if (status === 409) return { status: 'fail', explicit: true, reason: inUse(service) };
  if (status >= 500) return { status: 'fail', reason: ownFault(service, status) };
  if (status >= 300 && status < 400) return { status: 'fail', explicit: true, reason: sentOn(service, status) };
  return { status: 'fail', reason: strange(service, status) };
}

function throughProxy(service: string, status: string): Words {
  return {
    en: `The proxy on the way to ${service} answers ${status}`,
    nl: `De proxy op weg naar ${service} antwoordt ${status}`,
  };
}

function endless(service: string): Words {
  return { en: `${service} sends an answer without end`, nl: `${service} stuurt een antwoord zonder einde` };
}

function silent(service: string): Words {
  return { en: `${service} does not answer`, nl: `${service} antwoordt niet` };
}

function brokenOff(service: string): Words {
  return { en: `${service} broke off the connection`, nl: `${service} verbrak de verbinding` };
}

function slowDown(service: string): Words {
  return {
    en: `${service} asks for patience, or its quota is used up (HTTP 429)`,
    nl: `${service} vraagt geduld, of het tegoed is op (HTTP 429)`,
  };
}

function inUse(service: string): Words {
  return {
    en: `${service} is asked by another program (HTTP 409)`,
    nl: `${service} wordt door een ander programma bevraagd (HTTP 409)`,
  };
}

function ownFault(service: string, status: number): Words {
  return {
    en: `${service} has a fault of its own (HTTP ${status})`,
    nl: `${service} heeft zelf een storing (HTTP ${status})`,
  };
}

function sentOn(service: string, status: number): Words {
  return {
    en: `${service} sends on to another address, where nobody follows (HTTP ${status})`,
    nl: `${service} verwijst door naar een ander adres, waar niemand heen gaat (HTTP ${status})`,
  };
}

/** Also what a wall between here and there answers in its place. */
function strange(service: string, status: number): Words {
  return {
    en: `${service} answers in a way that is not understood (HTTP ${status})`,
    nl: `${service} antwoordt op een manier die niet te begrijpen is (HTTP ${status})`,
  };
}
