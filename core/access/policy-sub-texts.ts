import { ALWAYS } from "../evaluate/path.ts";
import type { Setting } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import type { Policy } from "../model/policy.ts";
import type { Node } from "../syntax/node.ts";
import { subTextsIn } from "../template/sub-texts.ts";

/** The text of an `Fn::Sub` in a policy. */
export interface PolicySubText {
  /** Its place, in no branch: CloudFormation looks the names up whether or not the text is used. */
  at: Setting;
  /** The names between `${` and `}` that CloudFormation looks up. */
  names: readonly string[];
}

/** Those in the given statements of a policy; where the whole document is one text: that, if there are any statements. */
export function policySubTexts(policy: Policy, statements: readonly Statement[]): PolicySubText[] {
  return rootsOf(policy, statements).flatMap(({ at, node }) =>
    [...subTextsIn(node, at.path)].map((text) => ({
      at: { ...at, when: ALWAYS, place: text.node, path: text.path, slot: { replace: text.node } },
      names: text.names,
    })),
  );
}

function rootsOf({ document }: Policy, statements: readonly Statement[]): { at: Setting; node: Node }[] {
  if (document.value.kind === "map") {
    return statements.flatMap(({ located: at }) => (at.value.kind === "map" ? [{ at, node: at.value.node }] : []));
  }
  // The place of a value that is there is the node that says it.
  return statements.length > 0 ? [{ at: document, node: document.place as Node }] : [];
}
