// Text of files inside markup.

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is text wherever it is put into markup, attributes included. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, letter => ENTITIES[letter] ?? letter);
}
