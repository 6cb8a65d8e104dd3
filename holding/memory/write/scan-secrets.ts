/** What stands in the place of a secret. */
export const removed = '[secret removed]';

/** A secret that is known has at least so many characters: a shorter one would take words out of every text. */
const shortestKnown = 6;

/**
 * The usual shapes, each as its maker describes it or as gitleaks (MIT) looks for it; a group named `keep` stays. None
 * can be slow on hostile text: each begins at a word's edge or a fixed word, and what may repeat is bounded or taken to
 * its end.
 */
const shapes: readonly RegExp[] = [
  // RFC 7468; one that is cut off before its end goes to the end of the text.
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g,
  // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})/g,
  // OpenAI (sk-, sk-proj-), Anthropic (sk-ant-) and those that follow them; Stripe writes sk_live_ and rk_live_.
  /(?<![\w-])(?:sk-(?=[\w-]{0,200}\d)[\w-]{20,250}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,250})/g,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  /(?<!\w)A(?:KIA|SIA)[A-Z0-9]{16}(?!\w)/g,
  // https://docs.slack.dev/authentication/tokens
  /(?<!\w)xox[a-z](?:\.xox[a-z])?-[\w-]{10,250}/g,
  // RFC 7519: three parts of base64url, of which the first two are JSON objects.
  /(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{0,2000}/g,
  // https://core.telegram.org/bots/api#authorizing-your-bot
  /(?<!\d)\d{8,10}:[\w-]{35}(?![\w-])/g,
  // Google's API keys and GitLab's personal tokens, as gitleaks has them.
  /(?<!\w)(?:AIza[\w-]{35}|glpat-[\w-]{20,64})(?![\w-])/g,
  // Hugging Face, npm, SendGrid, Svix (webhooks of many), Google's OAuth, Tailscale and age, as gitleaks has them.
  /(?<!\w)(?:hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,32}\.[\w-]{32,64}|whsec_[A-Za-z0-9+/]{24,128}={0,2}|ya29\.[\w-]{20,500}|tskey-[a-z]{2,20}-[\w-]{16,128}|AGE-SECRET-KEY-1[A-Z0-9]{40,80})/g,
  // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  /(?<keep>hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{20,200}/g,
  // Brave Search.
  /(?<!\w)BSA[\w-]{20,60}/g,
  // RFC 6750 and RFC 7617.
  /(?<keep>\b(?:bearer|authorization: ?basic) {1,3})(?=[\w.~+/-]{0,100}[\d._~+/-])[\w.~+/-]{16,4000}={0,2}/gi,
  // RFC 3986: the password before a host.
  /(?<keep>:\/\/[^\s/:@?#]{0,64}:)(?!\[secret removed\])[^\s/?#]{1,256}(?=@)/g,
  // One in quotes, whatever is between them.
  /(?<keep>(?:passwor[dt]|passwd|pwd|passphrase|wachtwoord|wachtzin|secret|token|api[_-]?key|access[_-]?key)["']?\s?[=:]\s?(?<quote>["']))(?![[<{$*.%])(?:(?!\k<quote>)[^\n]){6,256}(?=\k<quote>)/gi,
  // “Het wachtwoord van de wifi is …”: up to three words between.
  /(?<keep>(?:passwor[dt]|passphrase|wachtwoord|wachtzin)(?: [\p{L}\p{N}'’-]{1,30}){1,3}(?:\s?:|\s(?:is|was|wordt)\b:?)\s{0,3}["'“‘]?)(?![[<{$*.%])(?=[^\s"'&;,)”’]{0,64}\d)(?=[^\s"'&;,)”’]{0,64}\p{L})[^\s"'&;,)”’]{6,256}/giu,
  // An assignment; what stands for a value, as in ${TOKEN} or <token>, is none.
  /(?<keep>(?:passwor[dt]|passwd|pwd|passphrase|wachtwoord|wachtzin|secret|token|api[_-]?key|access[_-]?key)["']?\s?=\s?["']?)(?![[<{$*.%])[^\s"'&;,)]{6,256}/gi,
  /(?<keep>(?:passwor[dt]|passwd|pwd|passphrase|wachtwoord|wachtzin|secret|token|api[_ -]?key|access[_ -]?key)["']?(?:\s?:|\s(?:is|was|wordt)\b:?)\s{0,3}["'“‘]?)(?![[<{$*.%])(?=[^\s"'&;,)”’]{0,64}\d)(?=[^\s"'&;,)”’]{0,64}\p{L})[^\s"'&;,)”’]{6,256}/giu,
];

/** A text without the secrets in it, and how many there were. */
export interface Cleaned {
  readonly text: string;
  readonly redacted: number;
}

/** Signs that nobody sees, such as a blank without width. */
const unseen = /\p{DI}/gu;

/**
 * Takes secrets out of texts: those that are known, as they are and as JSON or an address writes them, and the usual
 * shapes. Where one has signs in it that nobody sees, these go from the whole text.
 */
export function secretRemover(known: readonly string[]): (text: string) => Cleaned {
  const forms = writtenForms(known);
  return (text) => {
    const cleaned = withoutForms(text, forms);
    const seen = text.replace(unseen, '');
    if (seen === text) return cleaned;
    const bare = withoutForms(seen, forms);
    return bare.redacted > cleaned.redacted ? bare : cleaned;
  };
}

function withoutForms(text: string, forms: readonly string[]): Cleaned {
  let redacted = 0;
  let clean = text;
  for (const form of forms) {
    const parts = clean.split(form);
    redacted += parts.length - 1;
    if (parts.length > 1) clean = parts.join(removed);
  }
  for (const shape of shapes)
    clean = clean.replace(shape, (...match) => {
      redacted += 1;
      return `${keptOf(match)}${removed}`;
    });
  return { text: clean, redacted };
}

/** The longest first: one secret may begin another. */
function writtenForms(known: readonly string[]): string[] {
  const long = known.filter((secret) => secret.trim().length >= shortestKnown);
  const forms = long.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  return [...new Set(forms)].toSorted((one, other) => other.length - one.length);
}

/** The named groups come last among what a replacer is told, where there are any. */
function keptOf(match: readonly unknown[]): string {
  const groups = match.at(-1);
  if (typeof groups !== 'object' || groups === null || !('keep' in groups)) return '';
  return typeof groups.keep === 'string' ? groups.keep : '';
}
