import fc from "fast-check";

/** Generated texts for the laws of editing: YAML in block and flow style and JSON, with comments, anchors, aliases and odd line ends. */

type Value =
  | { kind: "scalar"; text: string }
  | { kind: "block"; header: string; lines: string[]; blank: number }
  | { kind: "alias" }
  | { kind: "map"; entries: { key: string; value: Value; notes: Notes }[]; anchor: boolean; tag: boolean }
  | { kind: "list"; items: { value: Value; notes: Notes }[]; anchor: boolean; tag: boolean }
  | { kind: "flow"; json: boolean; lines: boolean; pad: string; comments: boolean; trailing: boolean; value: Flow };

type Flow = string | { map: [string, Flow][] } | { list: Flow[] };

interface Notes {
  /** Comment lines above, each with how much deeper than its neighbour it is indented. */
  above: number[];
  blank: boolean;
  behind: boolean;
}

interface Layout {
  lineBreak: string;
  step: number;
  dashes: number;
  endsWithLineBreak: boolean;
}

const SCALARS = [
  "plain",
  "two words",
  "'single # quoted'",
  '"double # quoted 😀\\n"',
  "42",
  "012345678901",
  "true",
  "",
  "~",
  "!Ref AWS::NoValue",
  '!Sub "${A}/# 😀"',
  "!GetAtt Key.Arn",
  "!Custom x",
  "!!str 12",
  "2012-10-17",
  "dynamodb:*",
  '"*"',
  "[]",
  "{}",
  "!If [A, b, !Ref C]",
  "ünï",
];

const FLOW_SCALARS = ["a", "1", "true", "'it''s'", '"x, y"', "!Ref B", "two words"];
const JSON_SCALARS = ['"a"', "1", "true", "null", '"x # {y}"', '"😀"'];

const notes: fc.Arbitrary<Notes> = fc.record({
  above: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }),
  ),
  blank: fc.boolean(),
  behind: fc.boolean(),
});

const keys = fc.constantFrom("A", "B", "C", "Fn::If", "aws:x", '"quoted key"', "'s'", "Ref", "😀", "D", "E");

function uniqueKeys<T extends { key: string }>(entries: T[]): T[] {
  return entries.filter((entry, index) => entries.findIndex((other) => other.key === entry.key) === index);
}

function flow(scalars: string[]): fc.Arbitrary<Flow> {
  return fc.letrec<{ flow: Flow }>((tie) => ({
    flow: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc.constantFrom(...scalars),
      fc.record({
        map: fc
          .uniqueArray(fc.tuple(fc.constantFrom("p", "q", "r", "s t"), tie("flow")), {
            maxLength: 3,
            selector: ([key]) => key,
          })
          .map((entries): [string, Flow][] => entries),
      }),
      fc.record({ list: fc.array(tie("flow"), { maxLength: 3 }) }),
    ),
  })).flow;
}

const flowValue: fc.Arbitrary<Value> = fc.boolean().chain((json) =>
  fc.record({
    kind: fc.constant("flow" as const),
    json: fc.constant(json),
    lines: fc.boolean(),
    pad: fc.constantFrom("", " "),
    comments: fc.boolean(),
    trailing: json ? fc.constant(false) : fc.boolean(),
    value: flow(json ? JSON_SCALARS : FLOW_SCALARS).filter((value) => typeof value !== "string"),
  }),
);

const blockScalar: fc.Arbitrary<Value> = fc.record({
  kind: fc.constant("block" as const),
  header: fc.constantFrom("|", ">", "|-", ">-", "|+", ">+", "!Sub |", "|2"),
  lines: fc.array(fc.constantFrom("text", "# no comment", "", "  deeper", "key: value", "😀"), { maxLength: 3 }),
  blank: fc.nat(2),
});

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...SCALARS).map((text): Value => ({ kind: "scalar", text })),
    blockScalar,
    fc.constant<Value>({ kind: "alias" }),
    flowValue,
    fc.record({
      kind: fc.constant("map" as const),
      entries: fc
        .array(fc.record({ key: keys, value: tie("value"), notes }), { minLength: 1, maxLength: 4 })
        .map(uniqueKeys),
      anchor: fc.integer({ max: 7, min: 0 }).map((n) => n === 0),
      tag: fc.integer({ max: 9, min: 0 }).map((n) => n === 0),
    }),
    fc.record({
      kind: fc.constant("list" as const),
      items: fc.array(fc.record({ value: tie("value"), notes }), { minLength: 1, maxLength: 3 }),
      anchor: fc.integer({ max: 7, min: 0 }).map((n) => n === 0),
      tag: fc.integer({ max: 4, min: 0 }).map((n) => n === 0),
    }),
  ),
})).value;

const layout: fc.Arbitrary<Layout> = fc.record({
  lineBreak: fc.constantFrom("\n", "\r\n"),
  step: fc.constantFrom(1, 2, 3, 4),
  dashes: fc.constantFrom(0, 2, 4),
  endsWithLineBreak: fc.boolean(),
});

export interface Generated {
  text: string;
  /** Every comment in the text; each occurs once. */
  comments: string[];
}

/** YAML whose root is a block map. */
export const yamlText: fc.Arbitrary<Generated> = fc
  .tuple(
    fc.array(fc.record({ key: keys, value, notes }), { minLength: 1, maxLength: 4 }).map(uniqueKeys),
    layout,
    fc.boolean(),
  )
  .map(([entries, how, marker]) => {
    const out = new Writer(how);
    if (marker) out.lines.push(`--- ${out.comment()}`);
    out.map(entries, 0);
    let text = out.lines.join(how.lineBreak);
    if (how.endsWithLineBreak) text += how.lineBreak;
    return { text, comments: out.comments };
  });

class Writer {
  lines: string[] = [];
  comments: string[] = [];
  private anchors = 0;
  private behindText = false;
  private layout: Layout;
  constructor(layout: Layout) {
    this.layout = layout;
  }

  comment(sign = "#", end = ""): string {
    const comment = `${sign} c${this.comments.length}.${end}`;
    this.comments.push(comment);
    return comment;
  }

  map(entries: { key: string; value: Value; notes: Notes }[], column: number, first?: string): void {
    for (const [index, entry] of entries.entries()) {
      const lead = index === 0 && first !== undefined ? first : this.notesAbove(entry.notes, column);
      this.value(`${lead}${entry.key}:`, entry.value, column, entry.notes.behind, false);
    }
  }

  list(items: { value: Value; notes: Notes }[], column: number, first?: string): void {
    for (const [index, item] of items.entries()) {
      const lead = index === 0 && first !== undefined ? first : this.notesAbove(item.notes, column);
      this.value(`${lead}-`, item.value, column, item.notes.behind, true);
    }
  }

  private notesAbove(of: Notes, column: number): string {
    if (of.blank) this.lines.push("");
    // Indented deeper, it would be text of a block scalar above.
    for (const deeper of of.above)
      this.lines.push(" ".repeat(column + (this.behindText ? 0 : deeper)) + this.comment());
    return " ".repeat(column);
  }

  /** `lead` ends with a colon or dash at `column`. */
  private value(lead: string, value: Value, column: number, commentBehind: boolean, isItem: boolean): void {
    this.behindText = value.kind === "block";
    const behind = () => (commentBehind ? ` ${this.comment()}` : "");
    switch (value.kind) {
      case "scalar":
        this.lines.push(lead + (value.text && ` ${value.text}`) + behind());
        return;
      case "alias":
        this.lines.push(`${lead} ${this.anchors > 0 ? `*a${this.anchors}` : "none"}${behind()}`);
        return;
      case "block": {
        const indentation = " ".repeat(column + 2);
        const lines = value.lines[0]?.startsWith(" ") || value.lines[0] === "" ? ["text", ...value.lines] : value.lines;
        const header = value.header === "|2" && (isItem || column > 0) ? "|" : value.header;
        this.lines.push(`${lead} ${header}${behind()}`);
        for (const line of lines) this.lines.push(line && indentation + line);
        for (let blank = 0; blank < value.blank; blank++) this.lines.push("");
        return;
      }
      case "flow": {
        const indentation = column + this.layout.step;
        this.lines.push(`${lead} ${this.flow(value.value, value, indentation)}${behind()}`);
        return;
      }
      case "map":
      case "list": {
        const anchor = value.anchor ? ` &a${++this.anchors}` : "";
        const tag = value.tag ? (value.kind === "list" ? " !If" : " !Transform") : "";
        const properties = anchor + tag;
        const compact = isItem && properties === "" && !commentBehind;
        const offset = value.kind === "list" && !tag && !isItem ? this.layout.dashes : this.layout.step;
        const child = compact ? column + 2 : column + (isItem ? Math.max(offset, 1) : offset);
        const first = compact ? `${lead} ` : undefined;
        if (!compact) this.lines.push(lead + properties + behind());
        if (value.kind === "map") this.map(value.entries, child, first);
        else this.list(value.items, child, first);
      }
    }
  }

  private flow(value: Flow, how: Extract<Value, { kind: "flow" }>, column: number): string {
    if (typeof value === "string") return value;
    const isMap = "map" in value;
    const parts = isMap
      ? value.map.map(([key, inner]) => `${how.json ? JSON.stringify(key) : key}: ${this.flow(inner, how, column + 2)}`)
      : value.list.map((inner) => this.flow(inner, how, column + 2));
    const [open, close] = isMap ? ["{", "}"] : ["[", "]"];
    if (parts.length === 0) return open + close;
    if (!how.lines) {
      return `${open}${how.pad}${parts.join(", ")}${how.trailing ? "," : ""}${how.pad}${close}`;
    }
    const indentation = " ".repeat(column + 1);
    const lines = parts.map((part, index) => {
      const comma = index < parts.length - 1 || how.trailing ? "," : "";
      return `${indentation}${part}${comma}${how.comments ? ` ${this.comment()}` : ""}`;
    });
    return [open, ...lines, `${" ".repeat(column)}${close}`].join(this.layout.lineBreak);
  }
}

type JsonModel = string | { map: [string, JsonModel, boolean][] } | { list: [JsonModel, boolean][] };

const jsonModel = fc.letrec<{ json: JsonModel }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(
      '"a"',
      "1",
      "-1.5e3",
      "true",
      "null",
      '"x // {y}"',
      '"😀"',
      '"\\u00e9\\n"',
      '{"Ref": "X"}',
      "{}",
      "[]",
    ),
    fc.record({
      map: fc.uniqueArray(fc.tuple(fc.constantFrom("A", "B", "C", "Ref", "😀", "Fn::If"), tie("json"), fc.boolean()), {
        maxLength: 4,
        selector: ([key]) => key,
      }),
    }),
    fc.record({ list: fc.array(fc.tuple(tie("json"), fc.boolean()), { maxLength: 4 }) }),
  ),
})).json;

/** JSON with comments, whose root is an object. */
export const jsonText: fc.Arbitrary<Generated> = fc
  .record({
    model: jsonModel.filter((model) => typeof model !== "string" && "map" in model),
    unit: fc.constantFrom("  ", "    ", "\t", undefined),
    lineBreak: fc.constantFrom("\n", "\r\n"),
    colon: fc.constantFrom(": ", ":", " : "),
    comments: fc.boolean(),
    trailing: fc.boolean(),
    end: fc.boolean(),
  })
  .map(({ model, unit, lineBreak, colon, comments, trailing, end }) => {
    const all: string[] = [];
    const comment = (index: number) => {
      const text = index % 2 === 0 ? `// c${all.length}.` : `/* c${all.length}. */`;
      all.push(text);
      return text;
    };
    const write = (value: JsonModel, indentation: string): string => {
      if (typeof value === "string") return value;
      const isMap = "map" in value;
      const inner = indentation + (unit ?? "");
      const elements = isMap
        ? value.map.map(([key, child, note]) => ({ text: JSON.stringify(key) + colon + write(child, inner), note }))
        : value.list.map(([child, note]) => ({ text: write(child, inner), note }));
      const [open, close] = isMap ? ["{", "}"] : ["[", "]"];
      if (elements.length === 0) return open + close;
      const comma = (index: number) => (index < elements.length - 1 || (trailing && unit !== undefined) ? "," : "");
      if (unit === undefined) return open + elements.map(({ text }, index) => text + comma(index)).join(" ") + close;
      const lines = elements.map(
        ({ text, note }, index) => inner + text + comma(index) + (note && comments ? ` ${comment(index)}` : ""),
      );
      return [open, ...lines, indentation + close].join(lineBreak);
    };
    return { text: write(model, "") + (end ? lineBreak : ""), comments: all };
  });
