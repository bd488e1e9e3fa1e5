/** A text in XML, of which nothing is markup; also as the value of an attribute. */
export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
