import type { MapNode, SequenceNode } from "../syntax/node.ts";

/**
 * What an expression comes to. Everything but `absent` counts as present; everything from `reference` down is symbolic: two equal
 * symbols have equal values, more is not known.
 */
export type Value =
  /** Not written, null, or `AWS::NoValue`. */
  | { kind: "absent" }
  /** `text` keeps a plain scalar as written: `012345678901` does not lose its zero. */
  | { kind: "literal"; value: string | number | boolean; text: string }
  | { kind: "map"; node: MapNode }
  | { kind: "list"; node: SequenceNode }
  /** A text known in part; `pieces` alternates freely, holes are symbols. */
  | { kind: "text"; pieces: readonly TextPiece[] }
  | SymbolValue;

export type TextPiece = string | SymbolValue;

export type SymbolValue =
  /** `Ref` (no attribute) or `Fn::GetAtt` of a resource of the same template. */
  | { kind: "reference"; id: string; attribute?: string }
  /** A parameter whose value is not known; `reason` says why, if not for want of a default. */
  | { kind: "parameter"; name: string; reason?: string }
  /** `AWS::Region`, `AWS::AccountId`, `AWS::Partition` … */
  | { kind: "pseudo"; name: string }
  /** `Fn::ImportValue`; `name` is the export's name as far as known. */
  | { kind: "import"; name: readonly TextPiece[] }
  /** Cannot be told, and why, in words that fit behind "because". */
  | { kind: "opaque"; reason: string };

export const ABSENT: Value = { kind: "absent" };

export function literal(value: string | number | boolean): Value {
  return { kind: "literal", value, text: String(value) };
}

export function isSymbol(value: Value): value is SymbolValue {
  return ["reference", "parameter", "pseudo", "import", "opaque"].includes(value.kind);
}

/** A text-like value as pieces; undefined for absent values, maps and lists. */
export function piecesOf(value: Value): readonly TextPiece[] | undefined {
  if (value.kind === "literal") return [value.text];
  if (value.kind === "text") return value.pieces;
  return isSymbol(value) ? [value] : undefined;
}

/** Pieces → the simplest value that says the same. */
export function fromPieces(pieces: readonly TextPiece[]): Value {
  const merged: TextPiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === "string" && typeof last === "string") merged[merged.length - 1] = last + piece;
    else if (piece !== "") merged.push(piece);
  }
  if (merged.length === 0) return literal("");
  const [only] = merged;
  if (merged.length === 1 && only !== undefined) return typeof only === "string" ? literal(only) : only;
  return { kind: "text", pieces: merged };
}

/** A literal's text, or undefined. */
export function textOf(value: Value): string | undefined {
  return value.kind === "literal" ? value.text : undefined;
}

/** CloudFormation takes booleans as `true`, `"true"`, `"True"`; YAML 1.1 readers also take `yes` and `on`. Undefined for anything else. */
export function booleanOf(value: Value): boolean | undefined {
  if (value.kind !== "literal") return undefined;
  if (typeof value.value === "boolean") return value.value;
  const text = value.text.toLowerCase();
  if (text === "true" || text === "yes" || text === "on") return true;
  if (text === "false" || text === "no" || text === "off") return false;
  return undefined;
}

/** A name that is equal for equal symbols and different for different ones. */
export function symbolKey(symbol: SymbolValue): string {
  switch (symbol.kind) {
    case "reference":
      return symbol.attribute ? `${symbol.id}.${symbol.attribute}` : symbol.id;
    case "parameter":
    case "pseudo":
      return symbol.name;
    case "import":
      return `import:${piecesKey(symbol.name)}`;
    case "opaque":
      return `?${symbol.reason}`;
  }
}

/** Pieces in one text, holes as `${name}`: for comparing and for showing. */
export function piecesKey(pieces: readonly TextPiece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : `\${${symbolKey(piece)}}`)).join("");
}

/** Why a value cannot be told, in words that fit behind "because". */
export function reasonOf(value: Value): string {
  switch (value.kind) {
    case "opaque":
      return value.reason;
    case "parameter":
      return value.reason ?? `parameter ${value.name} has no default`;
    case "import":
      return `it is imported (${piecesKey(value.name)})`;
    case "reference":
      return `it is what ${symbolKey(value)} gives at deployment`;
    case "pseudo":
      return `${value.name} is not known`;
    case "text":
      return "its text is known only in part";
    default:
      return "its value has an unexpected form";
  }
}
