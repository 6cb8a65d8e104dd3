import { defineCheck, type Finding } from '../check.ts';
import { readTemperatures, type Temperature } from '../host/temperature.ts';

/** Below its critical temperature a processor already slows down. */
const hotMargin = 10;
const tooHotMargin = 3;
/** Where a processor does not tell its own; most are made for more. */
const usualCritical = 95;

/** How far the hottest core is from the temperature at which the machine would save itself. */
export default defineCheck({
  id: 'temperature',
  name: { en: 'Temperature', nl: 'Temperatuur' },
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  urgent: true,
  headline: {
    degraded: { en: 'The machine is hot', nl: 'De machine is warm' },
    down: { en: 'The machine is too hot', nl: 'De machine is te heet' },
  },
  run: async () => judgeTemperature(await readTemperatures()),
});

/** The sensor that is nearest to its own limit counts. */
export function judgeTemperature(sensors: readonly Temperature[]): Finding {
  const [worst] = sensors.toSorted((one, other) => marginOf(one) - marginOf(other));
  if (worst === undefined) {
    return { status: 'off', reason: { en: 'This machine tells none', nl: 'Deze machine zegt er niets over' } };
  }
  const [celsius, critical] = [Math.round(worst.celsius), Math.round(worst.critical ?? usualCritical)];
  const margin = marginOf(worst);
  const reason = {
    en: `The hottest core is at ${celsius} °C, its limit is ${worst.critical === null ? 'taken as ' : ''}${critical} °C`,
    nl: `De warmste kern is ${celsius} °C, de grens ${worst.critical === null ? 'wordt geschat op' : 'is'} ${critical} °C`,
  };
  if (margin > hotMargin) return { status: 'ok', reason };
  return { status: margin > tooHotMargin ? 'warn' : 'fail', reason, todo: coolIt };
}

const coolIt = {
  what: {
    en: 'See what keeps the machine so hot: dust, its fan, or work',
    nl: 'Kijk wat de machine zo warm maakt: stof, de ventilator of werk',
  },
  command: 'top -o %CPU',
  minutes: 10,
};

function marginOf({ celsius, critical }: Temperature): number {
  return (critical ?? usualCritical) - celsius;
}
