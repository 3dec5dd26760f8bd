/** The project's home; the one place that knows it. */
export const HOMEPAGE = "https://github.com/ddblint/ddblint";

/** Where a rule's page is read. */
export function docsUrl(rule: string): string {
  return `${HOMEPAGE}/blob/main/docs/rules/${rule}.md`;
}
