// Where a rule's page is opened from an editor: the one place that knows.

/** What the client may say at initialisation about links. */
export interface RuleLinkOptions {
  /** Prefix of the links that the editor's extension answers itself; the rule's id is appended. */
  readonly rulePageBase: string | undefined;
  /** The `file:` URI of the packaged page; undefined when there is none. */
  readonly packagedPage: (rule: string) => string | undefined;
}

/** The address of a rule's page; undefined when there is no page, so that no link leads nowhere. */
export function ruleLink(rule: string, { rulePageBase, packagedPage }: RuleLinkOptions): string | undefined {
  const packaged = packagedPage(rule);
  if (packaged === undefined) return undefined;
  return rulePageBase === undefined ? packaged : `${rulePageBase}${encodeURIComponent(rule)}`;
}
