/** A whole style or script, whose hash the policy holds; a plain attribute; an end that the next tag tells as well. */
const leavable =
  /<(style|script)[\s\S]*?<\/\1>|(?<= [a-z-]+=)"[\w/#.-]+"(?=[ >])|<\/p>(?=<(?:p|ul|ol|div)[ >]|<\/(?:div|li|section)>)|<\/li>(?=<li|<\/[uo]l>)|<\/t[hd]>(?=<t[hd]|<\/tr>)|<\/tr>(?=<tr|<\/t(?:head|body)>)|<\/thead>(?=<tbody)|<\/tbody>(?=<\/table>)/g;

/**
 * Leaves out the quotes and end tags that HTML lets one leave out, a tenth of a page. Only what stands within a tag of
 * the page's own, or between two, is looked at: what a page tells has no `<` and no `"` of its own.
 */
export function tight(html: string): string {
  return html.replaceAll(leavable, (found) =>
    found.startsWith('"') ? found.slice(1, -1) : found.startsWith('</') ? '' : found,
  );
}
