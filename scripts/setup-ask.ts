import { isCancel, password, text } from '@clack/prompts';
import { Variables } from '#lib/env-variables.ts';
import { readEnv } from '#lib/env.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';

/** What is to be written, by the names of variables. */
export type Answers = Readonly<Record<string, string>>;

type Name = keyof typeof Variables.shape;

interface Wish {
  readonly message: string;
  /** Nothing of it is shown while it is typed. */
  readonly isSecret: boolean;
  /** What the file holds now. */
  readonly present: NodeJS.Dict<string>;
  readonly check?: (value: string) => string | undefined;
}

/** A value of a variable, held to the same rules as when it is read at a start; nothing where it is skipped. */
export async function askFor(
  name: Name,
  { message, isSecret, present, check = () => undefined }: Wish,
): Promise<Answers | symbol> {
  const validate = (value = ''): string | undefined => {
    const given = value.trim();
    if (given === '') return undefined;
    const parsed = Variables.shape[name].safeParse(given);
    if (!parsed.success) return `It ${parsed.error.issues[0]?.message ?? 'cannot be used'}`;
    return check(given) ?? faultWith(present, { [name]: given });
  };
  const was = present[name];
  const value = isSecret
    ? await password({ message, validate })
    : await text({ message, validate, ...(was === undefined ? {} : { placeholder: was }) });
  if (isCancel(value)) return value;
  const given = (value ?? '').trim();
  return given === '' || given === was ? {} : { [name]: given };
}

/** What a start would refuse because of the answer: the bot is another's, or a file gives the value too. */
function faultWith(present: NodeJS.Dict<string>, answer: Answers): string | undefined {
  if (faultOf(present) !== undefined) return undefined; // It was refused before, and the start says why.
  return faultOf({ ...present, ...answer });
}

function faultOf(variables: NodeJS.Dict<string>): string | undefined {
  try {
    readEnv(variables, '/dev/null');
    return undefined;
  } catch (error) {
    if (!(error instanceof OmegaError)) throw error;
    return messageOf(error).replaceAll(/\s+/g, ' ');
  }
}
