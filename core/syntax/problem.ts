import type { ScalarNode } from "./node.ts";

/** Something the text's own grammar objects to. After an `error` the tree may be wrong; after a `warning` it is sound. */
export interface SyntaxProblem {
  message: string;
  severity: "error" | "warning";
  start: number;
  end: number;
  /** The other place the problem speaks of, e.g. the first of two equal keys. */
  related?: { message: string; start: number; end: number };
}

/** How deep collections may nest before the text is refused; real CloudFormation templates stay below 40. */
export const MAX_DEPTH = 200;

export function duplicateKey(key: ScalarNode, first: ScalarNode): SyntaxProblem {
  return {
    message: `"${key.text}" stands twice in the same map; only the last one counts`,
    severity: "warning",
    start: key.start,
    end: key.end,
    related: { message: `the first "${key.text}"`, start: first.start, end: first.end },
  };
}
