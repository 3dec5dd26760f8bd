import { evaluate } from "../evaluate/evaluate.ts";
import type { Path } from "../evaluate/path.ts";
import type { Setting } from "../evaluate/setting.ts";
import { piecesOf, type TextPiece, type Value } from "../evaluate/value.ts";
import { allEntries, type Node } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";

/** Bytes of UTF-8. */
export interface Size {
  least: number;
  most: number;
}

/**
 * How long a policy document is when the service gets it. A map is passed on as JSON without white space, however the template is laid out; a
 * JSON text as it is written. What only deployment knows is between the shortest and the longest that it can reasonably be.
 */
export function sizeOfDocument({ template, value, when }: Setting): Size {
  const budget: Budget = { template, when, nodes: MAX_NODES };
  return value.kind === "map" || value.kind === "list" ? sizeOfValue(budget, value) : sizeOfText(value, bytesOf);
}

interface Budget {
  template: Template;
  when: Path;
  nodes: number;
}

/** Aliases can make a document of few lines endless. */
const MAX_NODES = 20_000;
const ANYTHING: Size = { least: 0, most: Number.POSITIVE_INFINITY };

function sizeOfNode(budget: Budget, node: Node): Size {
  const sizes = evaluate(budget.template, node, budget.when)
    .filter(({ value }) => value.kind !== "absent")
    .map(({ value }) => sizeOfValue(budget, value));
  if (sizes.length === 0) return { least: 0, most: 0 };
  return { least: Math.min(...sizes.map(({ least }) => least)), most: Math.max(...sizes.map(({ most }) => most)) };
}

function sizeOfValue(budget: Budget, value: Value): Size {
  if (--budget.nodes < 0) return ANYTHING;
  switch (value.kind) {
    case "map": {
      if (value.node.incomplete !== undefined) return ANYTHING;
      const entries = [...allEntries(value.node)].map((entry) =>
        plus(sizeOfNode(budget, entry.value), bytesOf(entry.key.text) + 3),
      );
      return sum(entries, 2 + Math.max(0, entries.length - 1));
    }
    case "list": {
      const items = value.node.items.map((item) => sizeOfNode(budget, item));
      return sum(items, 2 + Math.max(0, items.length - 1));
    }
    case "literal":
      if (typeof value.value !== "string") return plus({ least: 0, most: 0 }, bytesOf(value.text));
      return plus(sizeOfText(value, jsonBytesOf), 2);
    default:
      return plus(sizeOfText(value, jsonBytesOf), 2);
  }
}

function sizeOfText(value: Value, count: (text: string) => number): Size {
  const pieces = piecesOf(value) ?? [];
  return sum(
    pieces.map((piece) => (typeof piece === "string" ? plus({ least: 0, most: 0 }, count(piece)) : sizeOfHole(piece))),
  );
}

/** What pseudo parameters come to; a parameter, an import or a resource's ARN may be short or long, but no text of a policy is endless. */
function sizeOfHole(piece: Exclude<TextPiece, string>): Size {
  if (piece.kind === "pseudo") return PSEUDO[piece.name] ?? { least: 0, most: 64 };
  return piece.kind === "reference" ? { least: 1, most: 256 } : { least: 0, most: 512 };
}

const PSEUDO: Record<string, Size> = {
  "AWS::AccountId": { least: 12, most: 12 },
  "AWS::Region": { least: 9, most: 14 },
  "AWS::Partition": { least: 3, most: 10 },
};

function plus({ least, most }: Size, more: number): Size {
  return { least: least + more, most: most + more };
}

function sum(sizes: readonly Size[], more = 0): Size {
  return sizes.reduce((total, { least, most }) => ({ least: total.least + least, most: total.most + most }), {
    least: more,
    most: more,
  });
}

function jsonBytesOf(text: string): number {
  return bytesOf(JSON.stringify(text)) - 2;
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
