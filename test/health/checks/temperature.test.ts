import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { judgeTemperature } from '#holding/health/checks/temperature.ts';
import { readTemperatures } from '#holding/health/host/temperature.ts';
import { temporaryFolder } from '../../support/health.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Lays out `/sys/class` of a machine, file by file. */
function machine(files: Readonly<Record<string, string>>): string {
  const classes = join(folder.path, crypto.randomUUID());
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(classes, path, '..'), { recursive: true });
    writeFileSync(join(classes, path), `${content}\n`);
  }
  return classes;
}

test('a chip of a processor tells each core, in thousandths of a degree', async () => {
  const classes = machine({
    'hwmon/hwmon0/name': 'nvme',
    'hwmon/hwmon0/temp1_input': '91000',
    'hwmon/hwmon1/name': 'coretemp',
    'hwmon/hwmon1/temp2_input': '61000',
    'hwmon/hwmon1/temp2_crit': '105000',
    'hwmon/hwmon1/temp3_input': '64500',
    'hwmon/hwmon1/temp3_crit': '105000',
  });
  const sensors = await readTemperatures(classes);
  expect(sensors.toSorted((one, other) => one.celsius - other.celsius)).toEqual([
    { celsius: 61, critical: 105 },
    { celsius: 64.5, critical: 105 },
  ]);
});

test('without a chip the zones of a processor are read, each with its critical point', async () => {
  const classes = machine({
    'thermal/thermal_zone0/type': 'acpitz',
    'thermal/thermal_zone0/temp': '27800',
    'thermal/thermal_zone1/type': 'x86_pkg_temp',
    'thermal/thermal_zone1/temp': '71000',
    'thermal/thermal_zone1/trip_point_0_type': 'passive',
    'thermal/thermal_zone1/trip_point_0_temp': '80000',
    'thermal/thermal_zone1/trip_point_1_type': 'critical',
    'thermal/thermal_zone1/trip_point_1_temp': '100000',
  });
  expect(await readTemperatures(classes)).toEqual([{ celsius: 71, critical: 100 }]);
});

test.each(['0', '-273000', '999000', 'n/a', ''])('a sensor that says %o is none', async (said) => {
  const classes = machine({ 'hwmon/hwmon0/name': 'k10temp', 'hwmon/hwmon0/temp1_input': said });
  expect(await readTemperatures(classes)).toEqual([]);
});

test('a machine without sensors is not set up, and asks for nothing', async () => {
  expect(judgeTemperature(await readTemperatures(machine({})))).toEqual({
    status: 'off',
    reason: { en: 'This machine tells none', nl: 'Deze machine zegt er niets over' },
  });
});

test('the core that is nearest to its own limit counts', () => {
  const at = (celsius: number, critical: number | null = 100) =>
    judgeTemperature([
      { celsius: 40, critical },
      { celsius, critical },
    ]);
  expect([at(89).status, at(90).status, at(97).status]).toEqual(['ok', 'warn', 'fail']);
  expect([at(84, null).status, at(85, null).status]).toEqual(['ok', 'warn']);
  expect(at(61)).toMatchObject({ reason: { en: 'The hottest core is at 61 °C, its limit is 100 °C' } });
  expect(
    judgeTemperature([
      { celsius: 80, critical: 84 },
      { celsius: 88, critical: 110 },
    ]).status,
  ).toBe('warn');
});
