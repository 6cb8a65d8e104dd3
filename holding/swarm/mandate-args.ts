import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { OmegaError } from '#lib/errors.ts';

/** A JSON Schema for the arguments of a tool, as the mandate has it. */
export type ArgsSchema = Readonly<Record<string, unknown>>;

const compiled = new WeakMap<ArgsSchema, ValidateFunction>();

/** Why these arguments are not allowed, or null. @throws where the schema is none that can be held to. */
export function argsRefusal(schema: ArgsSchema, args: Readonly<Record<string, unknown>>): string | null {
  const validate = compileArgs(schema);
  if (validate(args)) return null;
  return (validate.errors ?? [])
    .map(({ instancePath, message = 'is not allowed' }) => `args${instancePath} ${message}`)
    .join('; ');
}

/**
 * Compiles a JSON Schema (2020-12) strictly: what would be ignored, such as a misspelt keyword or a pattern for what need
 * not be text, restricts nothing and is refused here.
 * @throws where the schema is none that can be held to, and says why.
 */
export function compileArgs(schema: ArgsSchema): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  // One for each schema: the names that a schema gives itself are then its own.
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, logger: false }).compile(schema);
  // It would answer with a promise, which is always true.
  if ('$async' in validate) throw new OmegaError('$async is not for arguments', { code: 'E_MANDATE' });
  compiled.set(schema, validate);
  return validate;
}
