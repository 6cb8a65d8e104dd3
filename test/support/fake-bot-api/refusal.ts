/** The API says no, as it does: a status, a description, and what goes with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly parameters: Readonly<Record<string, number>> | undefined;

  constructor(status: number, description: string, parameters?: Readonly<Record<string, number>>) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

export function tooMany(seconds: number): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
}

/** Its body, as JSON. */
export function refusalBody({ status, message, parameters }: Refusal): object {
  const body = { ok: false, error_code: status, description: message };
  return parameters === undefined ? body : { ...body, parameters };
}
