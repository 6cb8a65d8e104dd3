import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#lib/errors.ts';

/** How hot a sensor is, in degrees Celsius. */
export interface Temperature {
  readonly celsius: number;
  /** At which the machine saves itself; null: it does not tell. */
  readonly critical: number | null;
}

/** The drivers of processors; other sensors (a disk, a board, a battery) have limits of another kind. */
const processors = /^(coretemp|k10temp|k8temp|zenpower|cpu|soc|scpi_sensors|x86_pkg_temp|bcm2\d+)/i;

/** What a broken sensor may say as well. */
const believable = { least: 1, most: 150 } as const;

/** Every sensor of a processor, as Linux tells of them in `/sys/class`; none where it does not. */
export async function readTemperatures(classes = '/sys/class'): Promise<readonly Temperature[]> {
  const sensors = await readAll(join(classes, 'hwmon'), readChip);
  return sensors.length > 0 ? sensors : readAll(join(classes, 'thermal'), readZone);
}

async function readAll(
  folder: string,
  readOne: (path: string) => Promise<readonly Temperature[]>,
): Promise<readonly Temperature[]> {
  const names = await listed(folder);
  return (await Promise.all(names.map((name) => readOne(join(folder, name))))).flat();
}

/** A chip has a file for each of its values, in thousandths of a degree: `temp2_input`, `temp2_crit`. */
async function readChip(path: string): Promise<readonly Temperature[]> {
  if (!processors.test((await text(join(path, 'name'))) ?? '')) return [];
  const inputs = (await listed(path)).filter((name) => /^temp\d+_input$/.test(name));
  const sensors = await Promise.all(
    inputs.map(async (input) => ({
      celsius: await degrees(join(path, input)),
      critical: await degrees(join(path, input.replace('_input', '_crit'))),
    })),
  );
  return sensors.flatMap(({ celsius, critical }) => (celsius === null ? [] : [{ celsius, critical }]));
}

async function readZone(path: string): Promise<readonly Temperature[]> {
  if (!processors.test((await text(join(path, 'type'))) ?? '')) return [];
  const celsius = await degrees(join(path, 'temp'));
  return celsius === null ? [] : [{ celsius, critical: await criticalTrip(path) }];
}

async function criticalTrip(path: string): Promise<number | null> {
  for (const name of await listed(path)) {
    if (!/^trip_point_\d+_type$/.test(name) || (await text(join(path, name))) !== 'critical') continue;
    return degrees(join(path, name.replace('_type', '_temp')));
  }
  return null;
}

async function degrees(path: string): Promise<number | null> {
  const said = await text(path);
  const celsius = said === null || said === '' ? Number.NaN : Number(said) / 1000;
  return celsius >= believable.least && celsius <= believable.most ? celsius : null;
}

/** A sensor that sleeps or is broken refuses to be read, which says nothing of the others. */
async function text(path: string): Promise<string | null> {
  return readFile(path, 'utf8').then(
    (content) => content.trim(),
    () => null,
  );
}

async function listed(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}
