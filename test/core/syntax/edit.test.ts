import { describe, expect, it } from "vitest";
import {
  addItem,
  applyEdits,
  insertLineAbove,
  type Json,
  removeEntry,
  renameEntry,
  replaceItem,
  replaceValue,
  replaceWords,
  setEntries,
} from "../../../core/syntax/edit.ts";
import type { MapNode } from "../../../core/syntax/node.ts";
import { parse } from "../../../core/syntax/parse.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { edited, mapNode, nodeAt, sequenceNode } from "./outline.ts";

type Path = (string | number)[];

const set = (text: string, path: Path, entries: Record<string, Json>) =>
  edited(text, (source, tree) => setEntries(source, tree, mapNode(tree.root, ...path), entries));
const replace = (text: string, path: Path, value: Json) =>
  edited(text, (source, tree) => replaceValue(source, tree, nodeAt(tree.root, ...path), value));
const items = (text: string, path: Path, values: Json[]) =>
  edited(text, (source, tree) => replaceItem(source, tree, nodeAt(tree.root, ...path), values));
const add = (text: string, path: Path, value: Json) =>
  edited(text, (source, tree) => addItem(source, tree, sequenceNode(tree.root, ...path), value));
const remove = (text: string, path: Path, key: string) =>
  edited(text, (source, tree) => removeEntry(source, tree, mapNode(tree.root, ...path), key));
const rename = (text: string, path: Path, key: string, newKey: string) =>
  edited(text, (source, tree) => renameEntry(source, tree, mapNode(tree.root, ...path), key, newKey));
const words = (text: string, path: Path, from: string, by: string) =>
  edited(text, (source, tree) => replaceWords(source, tree, nodeAt(tree.root, ...path), from, by));

/** A text whose lines are given one by one. */
const lines = (...all: string[]) => `${all.join("\n")}\n`;

const PITR = { Pitr: { Enabled: true } };

describe("setEntries in block style", () => {
  const template = lines(
    "Resources:",
    "    Orders: # the table",
    "        Type: AWS::DynamoDB::Table",
    "        Properties:",
    "            BillingMode: PAY_PER_REQUEST # billing",
    "              # about billing",
    "            # SSESpecification: later",
    "    Other: {Type: X}",
  );

  it("adds behind the last entry and its comments, in the file's own step", () => {
    expect(set(template, ["Resources", "Orders", "Properties"], { Pitr: { Enabled: true }, Tags: ["a"] })).toBe(
      template.replace(
        "              # about billing\n",
        lines(
          "              # about billing",
          "            Pitr:",
          "                Enabled: true",
          "            Tags:",
          "                - a",
        ),
      ),
    );
  });

  it("adds to a map and to the map inside it at once", () => {
    expect(set(template, ["Resources", "Orders"], { Properties: PITR, DeletionPolicy: "Retain" })).toBe(
      template
        .replace("# about billing\n", "# about billing\n            Pitr:\n                Enabled: true\n")
        .replace("    Other:", "        DeletionPolicy: Retain\n    Other:"),
    );
  });

  it("replaces what differs, leaves what is the same", () => {
    const text = lines("A: # a", "  B: 1 # b", "  C: !GetAtt K.Arn", "  D:", "    - x # d", "  E: {f: 1}");
    expect(set(text, ["A"], { B: 1, C: { "Fn::GetAtt": ["K", "Arn"] }, D: ["x"], E: { f: 1 } })).toBeUndefined();
    expect(set(text, ["A"], { B: 2, E: { g: "h" } })).toBe(
      text.replace("B: 1", "B: 2").replace("{f: 1}", "{f: 1, g: h}"),
    );
  });

  it("replaces functions, and by functions, instead of merging", () => {
    const text = lines("A:", "  Ref: X", "B: !If [c, {d: 1}, e]", "C:", "  d: 1");
    expect(set(text, [], { A: PITR, B: PITR, C: { "Fn::If": ["c", { d: 1 }, { Ref: "AWS::NoValue" }] } })).toBe(
      lines(
        "A:",
        "  Pitr:",
        "    Enabled: true",
        "B:",
        "  Pitr:",
        "    Enabled: true",
        "C: !If",
        "  - c",
        "  - d: 1",
        "  - !Ref AWS::NoValue",
      ),
    );
  });

  it.each([
    ["without a line break at the end", "A:\n  B: 1", "A:\n  B: 1\n  Pitr:\n    Enabled: true"],
    ["before the next document", "A:\n  B: 1\n---\nC: 1\n", "A:\n  B: 1\n  Pitr:\n    Enabled: true\n---\nC: 1\n"],
    ["with CRLF", "A:\r\n  B: 1\r\nC: 1\r\n", "A:\r\n  B: 1\r\n  Pitr:\r\n    Enabled: true\r\nC: 1\r\n"],
    ["behind a literal", "A:\n  B: |\n    x\n\n\nC: 1\n", "A:\n  B: |\n    x\n  Pitr:\n    Enabled: true\n\n\nC: 1\n"],
    [
      "behind a literal that keeps its blank lines",
      "A:\n  B: |+\n    x\n\n\nC: 1\n",
      "A:\n  B: |+\n    x\n\n\n  Pitr:\n    Enabled: true\nC: 1\n",
    ],
    ["behind an empty value", "A:\n  B: # b\nC: 1\n", "A:\n  B: # b\n  Pitr:\n    Enabled: true\nC: 1\n"],
    [
      "behind text on several lines",
      'A:\n  B: "x\n    y" # b\n',
      'A:\n  B: "x\n    y" # b\n  Pitr:\n    Enabled: true\n',
    ],
    [
      "behind a long block",
      "A:\n  B:\n    C:\n    - D:\n        E: 1 # e\nF: 1\n",
      "A:\n  B:\n    C:\n    - D:\n        E: 1 # e\n  Pitr:\n    Enabled: true\nF: 1\n",
    ],
    ["below an anchor nothing refers to", "A: &a\n  B: 1\n", "A: &a\n  B: 1\n  Pitr:\n    Enabled: true\n"],
    ["beside a merge key", "D: &d {x: 1}\nA:\n  <<: *d\n", "D: &d {x: 1}\nA:\n  <<: *d\n  Pitr:\n    Enabled: true\n"],
    ["into {}", "A: {}  # a\nB: 1\n", "A:  # a\n  Pitr:\n    Enabled: true\nB: 1\n"],
    ["with emoji around", "A: # 😀\n  😀: 👩‍👩‍👧 # é\n", "A: # 😀\n  😀: 👩‍👩‍👧 # é\n  Pitr:\n    Enabled: true\n"],
  ])("adds %s", (_where, text, after) => {
    expect(set(text, ["A"], PITR)).toBe(after);
  });

  it("keeps the byte order mark out of it", () => {
    const source = sourceText("\ufeffA: 1\n");
    const tree = parse(source.text);
    const edits = setEntries(source, tree, tree.root as MapNode, { B: 2 });
    expect(edits).toEqual([{ start: 4, end: 4, newText: "\nB: 2" }]);
  });

  it("adds at the right column inside list items", () => {
    expect(set("R:\n- Region: x\n  K: 1\n- Region: y\n", ["R", 0], PITR)).toBe(
      "R:\n- Region: x\n  K: 1\n  Pitr:\n    Enabled: true\n- Region: y\n",
    );
    expect(set("R:\n  -   Region: x # x\n", ["R", 0], PITR)).toBe(
      "R:\n  -   Region: x # x\n      Pitr:\n        Enabled: true\n",
    );
    expect(set("R:\n  - - a: 1\n", ["R", 0, 0], { b: 2 })).toBe("R:\n  - - a: 1\n      b: 2\n");
  });

  it("indents lists as the file does", () => {
    const value = { L: ["a", { b: 1, c: ["d"] }, ["e"]] };
    expect(set("A:\n- x\n", [], value)).toBe("A:\n- x\nL:\n- a\n- b: 1\n  c:\n  - d\n- - e\n");
    expect(set("A:\n    B:\n      - x\n", [], value)).toBe(
      "A:\n    B:\n      - x\nL:\n  - a\n  - b: 1\n    c:\n      - d\n  - - e\n",
    );
    expect(set("A:\n    b: 1\n", [], value)).toBe(
      "A:\n    b: 1\nL:\n    - a\n    - b: 1\n      c:\n          - d\n    - - e\n",
    );
  });
});

describe("scalars in YAML", () => {
  it.each<[Json, string]>([
    ["plain", "plain"],
    ["dynamodb:*", "dynamodb:*"],
    ["arn:aws:dynamodb:*:*:table/x", "arn:aws:dynamodb:*:*:table/x"],
    ["2012-10-17", '"2012-10-17"'],
    ["012345678901", '"012345678901"'],
    ["true", '"true"'],
    ["no", '"no"'],
    ["null", '"null"'],
    ["", '""'],
    ["*", '"*"'],
    ["a: b", '"a: b"'],
    ["a #b", '"a #b"'],
    ['say "it\'s"', 'say "it\'s"'],
    ["'quoted'", "\"'quoted'\""],
    ["two\nlines\t\u0085\u2028", '"two\\nlines\\t\\u0085\\u2028"'],
    ["😀", "😀"],
    [true, "true"],
    [0.5, "0.5"],
    [null, "null"],
    [[], "[]"],
    [{}, "{}"],
    [{ Ref: "AWS::AccountId" }, "!Ref AWS::AccountId"],
    [{ "Fn::GetAtt": ["Key", "Arn"] }, "!GetAtt Key.Arn"],
    [{ "Fn::GetAtt": "Key.Arn" }, "!GetAtt Key.Arn"],
    [{ "Fn::Sub": "${T.Arn}/index/*" }, "!Sub ${T.Arn}/index/*"],
    [{ "Fn::GetAZs": "" }, '!GetAZs ""'],
    [{ "Fn::Select": [0, { "Fn::GetAZs": "" }] }, '!Select [0, !GetAZs ""]'],
    [{ "Fn::Join": [":", ["a", { Ref: "B" }]] }, '!Join [":", [a, !Ref B]]'],
  ])("%j is written as %s", (value, written) => {
    expect(set("A: 1\n", [], { B: value })).toBe(`A: 1\nB: ${written}\n`);
  });

  it("writes functions of functions in long form, as a node has one tag at most", () => {
    expect(set("A: 1\n", [], { B: { "Fn::Base64": { "Fn::Sub": "${x}" } } })).toBe(
      "A: 1\nB:\n  Fn::Base64: !Sub ${x}\n",
    );
    expect(set("A: {b: 1}\n", ["A"], { c: { "Fn::Base64": { Ref: "x" } } })).toBe(
      "A: {b: 1, c: {Fn::Base64: !Ref x}}\n",
    );
  });

  it("writes functions without a short form, and Condition, as ordinary keys", () => {
    expect(set("A: 1\n", [], { B: { "Fn::ForEach::L": ["x"] }, C: { Condition: "D" } })).toBe(
      "A: 1\nB:\n  Fn::ForEach::L:\n    - x\nC:\n  Condition: D\n",
    );
  });

  it("uses the quotes in use nearby where quotes are needed", () => {
    expect(set("A: 'x'\nB: \"y\"\n", [], { C: "1", D: "it's: x" })).toBe("A: 'x'\nB: \"y\"\nC: '1'\nD: 'it''s: x'\n");
    expect(set("A: 'x'\n", [], { C: "a\nb" })).toBe("A: 'x'\nC: \"a\\nb\"\n");
  });

  it("keeps the quotes of what it replaces", () => {
    expect(replace("A: 'x' # a\n", ["A"], "y")).toBe("A: 'y' # a\n");
    expect(replace('A: "x"\n', ["A"], "y")).toBe('A: "y"\n');
    expect(replace('A: "true"\n', ["A"], false)).toBe("A: false\n");
  });

  it("quotes inside brackets what brackets would break", () => {
    expect(set("A: {b: 1}\n", ["A"], { c: "x, y", d: { "Fn::Sub": "${x}" }, e: "f" })).toBe(
      'A: {b: 1, c: "x, y", d: !Sub "${x}", e: f}\n',
    );
  });
});

describe("setEntries in YAML flow style", () => {
  it.each([
    ["on one line", "A: { b: 1 } # a\n", "A: { b: 1, Pitr: { Enabled: true } } # a\n"],
    ["without spaces", "A: {b: 1}\n", "A: {b: 1, Pitr: {Enabled: true}}\n"],
    ["behind a trailing comma", "A: {b: 1,}\n", "A: {b: 1, Pitr: {Enabled: true},}\n"],
    [
      "on lines of their own, around comments",
      "A: {\n    b: 1, # b\n    c: 2  # c\n  }\n",
      "A: {\n    b: 1, # b\n    c: 2,  # c\n    Pitr: { Enabled: true }\n  }\n",
    ],
    ["behind a key without a value", "A: {b}\n", "A: {b, Pitr: {Enabled: true}}\n"],
    [
      "like the JSON it is written as",
      'A: {"b": {"Ref": "C"}}\n',
      'A: {"b": {"Ref": "C"}, "Pitr": {"Enabled": true}}\n',
    ],
  ])("adds %s", (_how, text, after) => {
    expect(set(text, ["A"], PITR)).toBe(after);
  });

  it("writes functions in long form where YAML is written as JSON", () => {
    const text = 'A: {\n  "b": "c", # d\n  "e": 1 # f\n  }\n';
    expect(set(text, ["A"], { g: { "Fn::GetAtt": ["K", "Arn"] }, h: ["i"] })).toBe(
      'A: {\n  "b": "c", # d\n  "e": 1, # f\n  "g": { "Fn::GetAtt": ["K", "Arn"] },\n  "h": [\n    "i"\n  ]\n  }\n',
    );
  });
});

describe("setEntries in JSON", () => {
  it.each([
    ["minified", '{"A":{"b":1}}', '{"A":{"b":1,"Pitr":{"Enabled":true}}}'],
    ["on one line", '{ "A": { "b": 1 } }\n', '{ "A": { "b": 1, "Pitr": { "Enabled": true } } }\n'],
    ["with odd colons", '{"A" : {"b" : 1}}', '{"A" : {"b" : 1, "Pitr" : {"Enabled" : true}}}'],
    [
      "with tabs and CRLF",
      '{\r\n\t"A": {\r\n\t\t"b": 1\r\n\t}\r\n}',
      '{\r\n\t"A": {\r\n\t\t"b": 1,\r\n\t\t"Pitr": {\r\n\t\t\t"Enabled": true\r\n\t\t}\r\n\t}\r\n}',
    ],
    [
      "with four spaces, into {}",
      '{\n    "A": {},\n    "B": [ 1 ]\n}\n',
      '{\n    "A": {\n        "Pitr": {\n            "Enabled": true\n        }\n    },\n    "B": [ 1 ]\n}\n',
    ],
    ["into {} on one line", '{"B": {"c": 1}, "A": {}}', '{"B": {"c": 1}, "A": {"Pitr": {"Enabled": true}}}'],
    [
      "around comments",
      '{ "A": {\n  "b": 1, // b\n  "c": 2 /* c */ // d\n} }',
      '{ "A": {\n  "b": 1, // b\n  "c": 2, /* c */ // d\n  "Pitr": {\n    "Enabled": true\n  }\n} }',
    ],
    [
      "behind a trailing comma",
      '{ "A": {\n  "b": 1, // b\n} }',
      '{ "A": {\n  "b": 1, // b\n  "Pitr": {\n    "Enabled": true\n  },\n} }',
    ],
  ])("adds %s", (_how, text, after) => {
    expect(set(text, ["A"], PITR)).toBe(after);
  });

  it("writes functions in long form, short ones on one line unless the file spreads them", () => {
    const value = { k: { "Fn::GetAtt": ["K", "Arn"] }, l: { Ref: "M" } };
    expect(set('{\n  "A": 1\n}', [], value)).toBe(
      '{\n  "A": 1,\n  "k": { "Fn::GetAtt": ["K", "Arn"] },\n  "l": { "Ref": "M" }\n}',
    );
    expect(set('{\n  "A": {\n    "Ref": "B"\n  }\n}', [], { l: { Ref: "M" } })).toBe(
      '{\n  "A": {\n    "Ref": "B"\n  },\n  "l": {\n    "Ref": "M"\n  }\n}',
    );
  });

  it("merges and replaces inside", () => {
    expect(set('{"A": {"b": 1, "c": {}}, "D": "x"}', [], { A: { b: 2, c: { d: "e" } }, D: ["y"] })).toBe(
      '{"A": {"b": 2, "c": {"d": "e"}}, "D": ["y"]}',
    );
  });
});

describe("replaceValue", () => {
  it.each<[string, string, Json, string]>([
    ["nothing by a scalar", "A: # a\nB: 1\n", "x", "A: x # a\nB: 1\n"],
    ["nothing by a map", "A: # a\n# b\nB: 1\n", { k: 1 }, "A: # a\n  k: 1\n# b\nB: 1\n"],
    ["an anchored nothing", "A: &a\nB: 1\n", { k: 1 }, "A: &a\n  k: 1\nB: 1\n"],
    ["a scalar by a list", "A: x # a\nB: 1\n", ["w", "z"], "A: # a\n  - w\n  - z\nB: 1\n"],
    ["a scalar on a line of its own", "A:\n    x # a\n", { k: 1 }, "A:\n  k: 1 # a\n"],
    ["a block map by a scalar", "A: # a\n  b: 1\n  c: 2\nD: 1\n", "x", "A: x # a\nD: 1\n"],
    ["a block map by a block map, at its column", "A:\n     b: 1\n     c: 2 # c\n", { k: 1 }, "A:\n     k: 1 # c\n"],
    ["a list by a map", "A:\n- b\n", { k: 1 }, "A:\n  k: 1\n"],
    ["a list by a function", "A:\n- b\n", { "Fn::If": ["c", { d: 1 }, 2] }, "A: !If\n  - c\n  - d: 1\n  - 2\n"],
    ["a function by a function", "A: &x !Ref b # a\n", { "Fn::Sub": "c" }, "A: &x !Sub c # a\n"],
    ["a function by a block", "A: !If\n  - b\n  - c # c\nB: 1\n", { k: 1 }, "A: # c\n  k: 1\nB: 1\n"],
    ["a literal by a scalar", "A: |\n  x\n\nB: 1\n", "w", "A: w\n\nB: 1\n"],
    ["a flow list by a flow list", "A: [ b ] # a\n", ["c", 1], "A: [c, 1] # a\n"],
    ["a flow map by a scalar", "A: {b: 1} # a\n", true, "A: true # a\n"],
  ])("replaces %s", (_what, text, value, after) => {
    expect(replace(text, ["A"], value)).toBe(after);
  });

  it("replaces a branch of !If, in block and flow style, keeping its comment on its line", () => {
    const value = { SSEEnabled: true, Key: { "Fn::GetAtt": ["K", "Arn"] } };
    expect(replace("S: !If\n  - C\n  - !Ref AWS::NoValue # none\n  - a: 1\n", ["S", 1], value)).toBe(
      "S: !If\n  - C\n  - SSEEnabled: true # none\n    Key: !GetAtt K.Arn\n  - a: 1\n",
    );
    expect(replace("S: !If [C, false, !Ref AWS::NoValue]\n", ["S", 2], value)).toBe(
      "S: !If [C, false, { SSEEnabled: true, Key: !GetAtt K.Arn }]\n",
    );
    expect(replace("S: !If\n  - C\n  -\n", ["S", 1], { "Fn::If": ["D", value, 1] })).toBe(
      "S: !If\n  - C\n  - !If\n    - D\n    - SSEEnabled: true\n      Key: !GetAtt K.Arn\n    - 1\n",
    );
  });

  it.each<[string, Path, Json, string]>([
    ['{"A": 1, "B": 2}', ["A"], "x", '{"A": "x", "B": 2}'],
    ['{\n  "A": 1\n}', ["A"], { b: ["c"] }, '{\n  "A": {\n    "b": [\n      "c"\n    ]\n  }\n}'],
    ['{\n  "A": [\n    1\n  ]\n}', ["A", 0], { b: 1 }, '{\n  "A": [\n    {\n      "b": 1\n    }\n  ]\n}'],
    ["{}", [], { A: 1 }, '{\n  "A": 1\n}'],
    ["A: {b}\n", ["A", "b"], 1, "A: {b: 1}\n"],
    ["A: {'b':}\n", ["A", "b"], 1, "A: {'b': 1}\n"],
    ['A: {"b":"x", c: 1}\n', ["A", "b"], { Ref: "w" }, 'A: {"b": !Ref w, c: 1}\n'],
  ])("inside brackets: %j at %j", (text, path, value, after) => {
    expect(replace(text, path, value)).toBe(after);
  });
});

describe("replaceItem and addItem", () => {
  const list = lines("Action: # why", "  - dynamodb:* # all", '  - "s3:*"', "  # end", "Resource: x");

  it("expands an item of a block list", () => {
    expect(items(list, ["Action", 0], ["a", { "Fn::Sub": "${b}" }, { c: 1, d: 2 }])).toBe(
      list.replace("- dynamodb:* # all", "- a # all\n  - !Sub ${b}\n  - c: 1\n    d: 2"),
    );
    expect(items(list, ["Action", 1], ["a", "b"])).toBe(list.replace('- "s3:*"', '- "a"\n  - "b"'));
  });

  it("removes an item with its line, and leaves its comment", () => {
    expect(items(list, ["Action", 1], [])).toBe(list.replace('  - "s3:*"\n', ""));
    expect(items(list, ["Action", 0], [])).toBe(list.replace("- dynamodb:* # all", "# all"));
    expect(items("A:\n  - x\n  - y", ["A", 1], [])).toBe("A:\n  - x");
    expect(items("A:\r\n  - x\r\n  - y", ["A", 1], [])).toBe("A:\r\n  - x");
    expect(items("A:\n- - x\n  - y\n", ["A", 0, 0], [])).toBe("A:\n- - y\n");
  });

  it("leaves an empty list where the only item goes", () => {
    expect(items("A:\n  - x # a\nB: 1\n", ["A", 0], [])).toBe("A: [] # a\nB: 1\n");
    expect(items('{"A": [ 1 ]}', ["A", 0], [])).toBe('{"A": []}');
  });

  it("makes a list of a lone value, and cannot do without one", () => {
    expect(items("Action: 'dynamodb:*' # all\nB: 1\n", ["Action"], ["a", "b"])).toBe(
      "Action: # all\n  - 'a'\n  - 'b'\nB: 1\n",
    );
    expect(items('{"Action": "*"}', ["Action"], ["a", "b"])).toBe('{"Action": ["a", "b"]}');
    expect(items('{\n  "Action": "*"\n}', ["Action"], ["a", "b"])).toBe('{\n  "Action": [\n    "a",\n    "b"\n  ]\n}');
    expect(items("S: {Action: 'x:*'}\n", ["S", "Action"], ["a", "b"])).toBe("S: {Action: ['a', 'b']}\n");
    expect(items("Action: x\n", ["Action"], ["w"])).toBe("Action: w\n");
    expect(items("Action: x\n", ["Action"], [])).toBeUndefined();
  });

  it.each<[string, number, Json[], string]>([
    ["A: [x, 'y', z]\n", 1, ["a", "b"], "A: [x, 'a', 'b', z]\n"],
    ["A: [x, y]\n", 1, [], "A: [x]\n"],
    ["A: [x, y]\n", 0, [], "A: [y]\n"],
    ['{"A":[1,2]}', 0, [3, 4], '{"A":[3,4,2]}'],
    ['{"A": [\n  1,\n  2\n]}', 0, [3, 4], '{"A": [\n  3,\n  4,\n  2\n]}'],
    ['{"A": [\n  1,\n  2\n]}', 1, [], '{"A": [\n  1\n]}'],
    ["A: [x: 1, y]\n", 0, ["z"], "A: [z, y]\n"],
  ])("inside brackets: %j, item %i by %j", (text, index, values, after) => {
    expect(items(text, ["A", index], values)).toBe(after);
  });

  it.each<[string, Json, string]>([
    ["A:\n- x # x\n  # deeper\n# same\n", "w", "A:\n- x # x\n  # deeper\n- w\n# same\n"],
    [
      "A:\n  -   a: 1\n      b: 2\n",
      { c: 1, d: [2] },
      "A:\n  -   a: 1\n      b: 2\n  -   c: 1\n      d:\n        - 2\n",
    ],
    ["A: [] # a\nB: 1\n", { c: 1 }, "A: # a\n  - c: 1\nB: 1\n"],
    ["A: ['x']\n", "y", "A: ['x', 'y']\n"],
    ["A: [\n  x, # x\n  y # y\n  ]\n", "z", "A: [\n  x, # x\n  y, # y\n  z\n  ]\n"],
    ['{\n  "A": []\n}', { b: 1 }, '{\n  "A": [\n    {\n      "b": 1\n    }\n  ]\n}'],
    ['{"A": [1]}', 2, '{"A": [1, 2]}'],
    ["A:\n- - x\n", ["w"], "A:\n- - x\n- - w\n"],
  ])("adds to %j", (text, value, after) => {
    expect(add(text, ["A"], value)).toBe(after);
  });
});

describe("items that are removed together", () => {
  const without = (text: string, ...indexes: number[]) =>
    edited(text, (source, tree) => {
      const nodes = indexes.map((index) => nodeAt(tree.root, "a", index));
      return nodes.flatMap((node) => replaceItem(source, tree, node, [], nodes));
    });

  it.each([
    [[0, 1], "a: [y, z]\n"],
    [[1, 2], "a: [w, z]\n"],
    [[2, 3], "a: [w, x]\n"],
    [[0, 3], "a: [x, y]\n"],
    [[0, 2], "a: [x, z]\n"],
    [[1, 2, 3], "a: [w]\n"],
    [[0, 1, 2], "a: [z]\n"],
  ])("%j of a flow sequence", (indexes, expected) => {
    expect(without("a: [w, x, y, z]\n", ...indexes)).toBe(expected);
  });

  it("of JSON, of a block sequence", () => {
    expect(without('{ "a": [1, 2, 3] }', 1, 2)).toBe('{ "a": [1] }');
    expect(without('{\n  "a": [\n    1,\n    2,\n    3\n  ]\n}', 0, 2)).toBe('{\n  "a": [\n    2\n  ]\n}');
    expect(without("a:\n  - w\n  - x\n  - y\nb: 1\n", 1, 2)).toBe("a:\n  - w\nb: 1\n");
  });

  it("not all of a flow sequence", () => {
    expect(without("a: [w, x]\n", 0, 1)).toBeUndefined();
  });
});

describe("removeEntry", () => {
  it.each<[string, Path, string, string]>([
    ["A: 1\nB: 2\nC: 3\n", [], "B", "A: 1\nC: 3\n"],
    ["A: 1\nB:\n  c: 2\n  d:\n    - 3\nE: 1\n", [], "B", "A: 1\nE: 1\n"],
    ["A: 1\nB: 2", [], "B", "A: 1"],
    ["A: 1\n# above\nB: 2 # behind\nC: 3\n", [], "B", "A: 1\n# above\n# behind\nC: 3\n"],
    ["L:\n  - A: 1\n    B: 2\n", ["L", 0], "A", "L:\n  - B: 2\n"],
    ["L:\n  - A: 1 # a\n    B: 2\n", ["L", 0], "A", "L:\n  - # a\n    B: 2\n"],
    ["A:\n  B: 1 # b\nC: 1\n", ["A"], "B", "A: {} # b\nC: 1\n"],
    ["A: |\n  x\nB: 1", [], "B", "A: |\n  x\n"],
    ["A: {b: 1, c: 2}\n", ["A"], "b", "A: {c: 2}\n"],
    ["A: {b: 1, c: 2}\n", ["A"], "c", "A: {b: 1}\n"],
    ["A: { b: 1 }\n", ["A"], "b", "A: {}\n"],
    ['{\n  "A": 1,\n  "B": 2\n}', [], "A", '{\n  "B": 2\n}'],
    ['{\n  "A": 1,\n  "B": 2\n}', [], "B", '{\n  "A": 1\n}'],
    ['{"A":1}', [], "A", "{}"],
  ])("%j at %j without %s", (text, path, key, after) => {
    expect(remove(text, path, key)).toBe(after);
  });

  it("does nothing where there is no such entry", () => {
    expect(remove("A: 1\n", [], "B")).toBeUndefined();
  });
});

describe("renameEntry", () => {
  it.each<[what: string, text: string, path: Path, key: string, newKey: string, after: string]>([
    ["a key and nothing else", "A: 1\nB:   2 # b\nC: 3\n", [], "B", "New", "A: 1\nNew:   2 # b\nC: 3\n"],
    ["over a block", "# a\nA: # b\n  # c\n  - x # d\n", [], "A", "New", "# a\nNew: # b\n  # c\n  - x # d\n"],
    ["behind a dash", "L:\n  - A: 1\n    B: 2\n", ["L", 0], "A", "New", "L:\n  - New: 1\n    B: 2\n"],
    [
      "with colons, as condition operators have",
      "C:\n  ForAnyValue:StringEquals: {a: b}\n",
      ["C"],
      "ForAnyValue:StringEquals",
      "ForAllValues:StringEquals",
      "C:\n  ForAllValues:StringEquals: {a: b}\n",
    ],
    ["in single quotes", "'A' : 1\n", [], "A", "it's", "'it''s' : 1\n"],
    ["in double quotes", '"A": 1\n', [], "A", "New", '"New": 1\n'],
    ["that needs quotes now", "A: 1\n", [], "A", "yes", '"yes": 1\n'],
    ["that needs quotes only inside braces", "A: {b: 1}\n", ["A"], "b", "c,d", 'A: {"c,d": 1}\n'],
    ["in flow style", "A: { b: [c], d: e } # f\n", ["A"], "b", "New", "A: { New: [c], d: e } # f\n"],
    ["in flow style that is written like JSON", 'A: {"b":1}\n', ["A"], "b", "New", 'A: {"New":1}\n'],
    ["of a pair without braces", "A: [b: 1]\n", ["A", 0], "b", "New", "A: [New: 1]\n"],
    ["explicit", "? A\n: 1\n", [], "A", "New", "? New\n: 1\n"],
    ["over an alias", "A: &a x\nB: *a\n", [], "B", "New", "A: &a x\nNew: *a\n"],
    ["over what an alias stands for", "A: &a x\nB: *a\n", [], "A", "New", "New: &a x\nB: *a\n"],
    ["over nothing", "A:\nB: 1\n", [], "A", "New", "New:\nB: 1\n"],
    ["in JSON", '{\n  "A" : 1, // a\n  "B": 2\n}', [], "A", 'a"b', '{\n  "a\\"b" : 1, // a\n  "B": 2\n}'],
    ["with CRLF", "A:\r\n  b: 1\r\n", ["A"], "b", "New", "A:\r\n  New: 1\r\n"],
    ["in another case", "A: 1\n", [], "A", "a", "a: 1\n"],
  ])("renames a key %s", (_what, text, path, key, newKey, after) => {
    expect(rename(text, path, key, newKey)).toBe(after);
  });

  it("does nothing where there is no such key, or it is called so", () => {
    expect(rename("A: 1\n", [], "B", "C")).toBeUndefined();
    expect(rename("A: 1\n", [], "A", "A")).toBeUndefined();
  });
});

describe("replaceWords", () => {
  it.each<[what: string, before: string, path: Path, after: string]>([
    ["plain", "A: ${x}* # a\n", ["A"], "A: ${!x}* # a\n"],
    ["in single quotes", "A: 'it''s ${x}'\n", ["A"], "A: 'it''s ${!x}'\n"],
    ["in double quotes", 'A: "\\"${x}\\" ${x}"\n', ["A"], 'A: "\\"${!x}\\" ${!x}"\n'],
    ["behind a tag", "A: !Sub ${x}\n", ["A"], "A: !Sub ${!x}\n"],
    ["in a function with arguments", "A: !Sub ['${x}', {y: z}]\n", ["A"], "A: !Sub ['${!x}', {y: z}]\n"],
    ["in a function in long form", "A:\n  Fn::Sub: ${x}\n", ["A"], "A:\n  Fn::Sub: ${!x}\n"],
    ["in a literal", "A: !Sub |\n  a: '${x}'\n\n  b\n", ["A"], "A: !Sub |\n  a: '${!x}'\n\n  b\n"],
    ["in a folded text", "A: >\n  a ${x}\n  b\n", ["A"], "A: >\n  a ${!x}\n  b\n"],
    [
      "in one of several texts",
      "A: [${y}, ${x}]\n".replaceAll("${y}", "y").replaceAll("${x}", "'${x}'"),
      ["A"],
      "A: [y, '${!x}']\n",
    ],
    ["in JSON", '{"A": {"Fn::Sub": "${x}/${x}"}}', ["A"], '{"A": {"Fn::Sub": "${!x}/${!x}"}}'],
  ])("replaces words %s", (_what, before, path, after) => {
    expect(words(before, path, "${x}", "${!x}")).toBe(after);
  });

  it("does nothing where there are no such words, and leaves keys alone", () => {
    expect(words("A: ${y}\n", ["A"], "${x}", "${!x}")).toBeUndefined();
    expect(words("A:\n  ${x}: 1\n", ["A"], "${x}", "${!x}")).toBeUndefined();
  });
});

describe("edits that are refused", () => {
  it.each<[string, string | undefined]>([
    ["of words that are written with escapes", words('A: "\\u0024{x}"\n', ["A"], "${x}", "${!x}")],
    ["of words on two lines", words("A: >\n  a\n  b\n", ["A"], "a b", "c")],
    ["to words that need quotes", words("A: a\n", ["A"], "a", "#c")],
    ["to white space", words("A: 'ab'\n", ["A"], "b", " c")],
    ["of what is no text", words("A: 12\n", ["A"], "1", "2")],
    ["to no words", words("A: 'ab'\n", ["A"], "b", "")],
    ["to quotes", words("A: 'ab'\n", ["A"], "b", "'")],
    ["of no words", words("A: ab\n", ["A"], "", "c")],
    ["of words that an alias stands for", words("A: &a ab\nB: *a\n", ["A"], "b", "c")],
    ["of words behind an alias", words("A: &a ab\nB: *a\n", ["B"], "b", "c")],
    ["to a key that is there", rename("A: 1\nB: 2\n", [], "A", "B")],
    ["to a key that a merge key brings in", rename("D: &d {x: 1}\nA:\n  <<: *d\n  y: 2\n", ["A"], "y", "x")],
    ["to a merge key", rename("A:\n  b: {c: 1}\n", ["A"], "b", "<<")],
    ["of a merge key", rename("D: &d {x: 1}\nA:\n  <<: *d\n", ["A"], "<<", "B")],
    ["of a key from a merge key", rename("D: &d {x: 1}\nA:\n  <<: *d\n", ["A"], "x", "z")],
    ["of a key of a map that an alias stands for", rename("A: &a\n  b: 1\nC: *a\n", ["A"], "b", "c")],
    ["of a key with an anchor", rename("&k A: 1\nB: *k\n", [], "A", "C")],
    ["of a key with a tag", rename("!x A: 1\n", [], "A", "C")],
    ["of a key that is an alias", rename("A: &k b\n*k : 1\n", [], "b", "C")],
    ["of a key on several lines", rename("? |\n  A\n: 1\n", [], "A\n", "C")],
    ["of an empty key", rename("A:\n  : 1\n", ["A"], "", "C")],
    ["of the second of two equal keys", rename("A: 1\nA: 2\n", [], "A", "B")],
    ["in a text with errors", set("A:\n  B: 1\nC: [\n", ["A"], PITR)],
    [
      "in JSON with errors",
      edited('{"A": {"b": 1},}', (source, tree) => setEntries(source, tree, mapNode(tree.root, "A"), PITR), false),
    ],
    ["in a text with lone carriage returns", set('A:\n  B: "x\ry"\n', ["A"], PITR)],
    ["of a map that an alias stands for", set("A: &a\n  b: 1\nC: *a\n", ["A"], PITR)],
    ["below an anchor that an alias stands for", set("A: &a\n  b:\n    c: 1\nC: *a\n", ["A", "b"], PITR)],
    ["of an entry that is an alias", set("A: &a {x: 1}\nB: *a\n", [], { B: { y: 1 } })],
    ["of an alias", replace("A: &a x\nB: *a\n", ["B"], "y")],
    ["of a value that holds a needed anchor", replace("A: [&a x]\nB: *a\n", ["A"], "y")],
    ["of an item that is a needed anchor", items("A: [&a x, y]\nB: *a\n", ["A", 0], [])],
    ["of what a merge key brings in", set("D: &d\n  x: {y: 1}\nA:\n  <<: *d\n", ["A"], { x: { z: 1 } })],
    ["of a map below a tag", set("A: !Transform\n  Name: x\n", ["A"], PITR)],
    ["of explicit keys", set("? A\n: 1\n? B\n: 2\n", [], PITR)],
    ["of maps behind a tab", set("A:\n  -\tB: 1\n", ["A", 0], PITR)],
    ["of pairs without braces", set("A: [b: 1]\n", ["A", 0], PITR)],
    ["of the only entry of a pair without braces", remove("A: [b: {c: 1}]\n", ["A", 0], "b")],
    ["of empty maps that hold a comment", set("A: {\n  # none\n  }\n", ["A"], PITR)],
    ["of values that hold a comment", replace("A:\n  - x # x\n  - y\n", ["A"], "z")],
    ["of tagged values with a comment behind the tag", replace("A: !Sub # why\n  x\n", ["A"], "z")],
    ["of literals with a comment in their header", replace("A: | # why\n  x\n", ["A"], "z")],
    ["of elements with comments between them", items('{"A": [\n  1, // one\n  2\n]}', ["A", 0], [])],
    ["behind a comment that does not end on its line", add('{"A": [\n  1 /* one\n */\n]}', ["A"], 2)],
    ["of entries with a comment inside", remove("A: 1\nB:\n  # why\n  c: 1\n", [], "B")],
    ["of one of two equal keys", remove("A: 1\nA: 2\n", [], "A")],
    ["of the only entry of a file", remove("A: 1\n", [], "A")],
    ["of a whole block file", replace("A: 1\n", [], "x")],
    ["of lines whose blank lines a literal above would take", remove("A: |+\n  x\nB: 1\n\nC: 1\n", [], "B")],
    ["of lines whose comment a literal above would take", remove("A: |\nB: 1\n # c\nC: 1\n", [], "B")],
  ])("%s", (_which, after) => {
    expect(after).toBeUndefined();
  });

  it("of nodes that do not stand in the tree", () => {
    const source = sourceText("A: {b: 1}\n");
    const tree = parse(source.text);
    const foreign = mapNode(parse(source.text).root, "A");
    expect(setEntries(source, tree, foreign, PITR)).toEqual([]);
    const own = mapNode(tree.root, "A");
    own.generated = "the SAM transform";
    expect(setEntries(source, tree, own, PITR)).toEqual([]);
    expect(replaceValue(source, tree, nodeAt(tree.root, "A", "b"), 2)).toEqual([]);
  });
});

describe("insertLineAbove", () => {
  it.each([
    ["A:\n  B: 1\n", 7, "A:\n  # c\n  B: 1\n"],
    ["A:\r\n\tB: 1", 6, "A:\r\n\t# c\r\n\tB: 1"],
    ["A: 1", 0, "# c\nA: 1"],
    ["A:\n  - B: 1\n", 7, "A:\n  # c\n  - B: 1\n"],
    ["\nA: 1\n", 0, "# c\n\nA: 1\n"],
  ])("%j at %i", (text, offset, after) => {
    expect(applyEdits(text, insertLineAbove(sourceText(text), offset, "# c"))).toBe(after);
  });
});

describe("applyEdits", () => {
  it("applies edits in the order of their places, those at one place as they are given", () => {
    expect(
      applyEdits("abc", [
        { start: 3, end: 3, newText: "!" },
        { start: 1, end: 1, newText: "1" },
        { start: 1, end: 1, newText: "2" },
        { start: 1, end: 2, newText: "B" },
        { start: 2, end: 2, newText: "3" },
      ]),
    ).toBe("a12B3c!");
  });

  it.each([
    [
      "overlap",
      [
        { start: 0, end: 2, newText: "" },
        { start: 1, end: 3, newText: "" },
      ],
    ],
    [
      "insert inside what another replaces",
      [
        { start: 0, end: 3, newText: "" },
        { start: 1, end: 1, newText: "x" },
      ],
    ],
    [
      "insert behind a replacement that starts there",
      [
        { start: 1, end: 2, newText: "" },
        { start: 1, end: 1, newText: "x" },
      ],
    ],
    ["end before they start", [{ start: 2, end: 1, newText: "" }]],
    ["lie before the text", [{ start: -1, end: 1, newText: "" }]],
    ["lie behind the text", [{ start: 2, end: 4, newText: "" }]],
  ])("throws where edits %s", (_how, edits) => {
    expect(() => applyEdits("abc", edits)).toThrow("overlap or lie outside");
  });

  it("gives the text back where there is nothing to do", () => {
    expect(applyEdits("", [])).toBe("");
    expect(applyEdits("a\r\nb", [])).toBe("a\r\nb");
  });
});
