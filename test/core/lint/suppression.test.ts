import { describe, expect, test } from "vitest";
import { dayOf, isExpired, type Suppression, suppressionsOf } from "../../../core/lint/suppression.ts";
import { rangeOf, sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";

const A = "deletion-protection-disabled";
const B = "sse-kms-disabled";

function suppressions(text: string, file = "template.yaml"): readonly Suppression[] {
  return suppressionsOf(readTemplate(file, sourceText(text)));
}

/** `rule first-last reason` of each comment; zero-based lines, both inclusive. */
function comments(text: string): string[] {
  return suppressions(text).map(({ rule, lines, reason }) =>
    [rule, lines && `${lines.first}-${lines.last}`, reason].filter(Boolean).join(" "),
  );
}

/** The text at the place of each suppression. */
function places(text: string): string[] {
  return suppressions(text).map(({ place }) => text.slice(place.start, place.end));
}

describe("kinds of comments", () => {
  const template = (first: string, behind = "") => `${first}
Resources:
  Orders: ${behind}
    Type: AWS::DynamoDB::Table
`;

  test("disable-next-line speaks of the line below", () => {
    expect(comments(template(`# ddblint-disable-next-line ${A} -- rebuilt nightly`))).toEqual([
      `${A} 1-1 rebuilt nightly`,
    ]);
  });

  test("disable-next-line passes over comments and blank lines", () => {
    expect(comments(`# ddblint-disable-next-line ${A}\n\n  # the orders\n\t\n# and more\nResources: {}\n`)).toEqual([
      `${A} 5-5`,
    ]);
  });

  test("two of them above each other speak of the same line", () => {
    expect(comments(`# ddblint-disable-next-line ${A}\n# ddblint-disable-next-line ${B}\nResources: {}\n`)).toEqual([
      `${A} 2-2`,
      `${B} 2-2`,
    ]);
  });

  test("disable-line speaks of its own line", () => {
    expect(comments(template("", `# ddblint-disable-line ${A} -- see ticket 7`))).toEqual([`${A} 2-2 see ticket 7`]);
  });

  test("disable-file speaks of every line, wherever it stands", () => {
    const [suppression] = suppressions(`Resources: {}\n# ddblint-disable-file ${A}\nOutputs: {}\n`);
    expect(suppression?.lines?.first).toBe(0);
    expect(suppression?.lines?.last).toBeGreaterThanOrEqual(3);
  });

  test("disable speaks of the lines up to enable", () => {
    expect(comments(`A: 1\n# ddblint-disable ${A} -- old part\nB: 2\n# ddblint-enable ${A}\nC: 3\n`)).toEqual([
      `${A} 1-3 old part`,
    ]);
  });

  test("disable without enable speaks of the rest of the file", () => {
    const [suppression] = suppressions(`A: 1\n# ddblint-disable ${A}\nB: 2\n`);
    expect(suppression?.lines?.first).toBe(1);
    expect(suppression?.lines?.last).toBeGreaterThanOrEqual(2);
  });

  test("enable ends the rules it names, each with its own range", () => {
    expect(
      comments(
        `# ddblint-disable ${A}, ${B}\nA: 1\n# ddblint-enable ${A}\nB: 2\n# ddblint-enable ${B}\n# ddblint-disable ${A}\nC: 3\n# ddblint-enable ${A}\n`,
      ),
    ).toEqual([`${A} 0-2`, `${B} 0-4`, `${A} 5-7`]);
  });

  test("enable without a name ends them all", () => {
    expect(comments(`# ddblint-disable ${A}, ${B}\nA: 1\n# ddblint-enable\nB: 2\n`)).toEqual([`${A} 0-2`, `${B} 0-2`]);
  });

  test("enable ends a rule that was disabled twice, once and for all", () => {
    expect(
      comments(`# ddblint-disable ${A}\nA: 1\n# ddblint-disable ${A}\nB: 2\n# ddblint-enable ${A}\nC: 3\n`),
    ).toEqual([`${A} 0-4`, `${A} 2-4`]);
  });

  test("enable alone is nothing", () => {
    expect(comments(`# ddblint-enable ${A}\nA: 1\n`)).toEqual([]);
  });

  test("a directive that does not exist is an ordinary comment", () => {
    for (const directive of ["disable-nextline", "disable-all", "disabled", "enable-line", "off"]) {
      expect(comments(`# ddblint-${directive} ${A}\nA: 1\n`)).toEqual([]);
    }
  });
});

describe("rules and reasons", () => {
  test.each([
    [`${A}, ${B} -- both`, [`${A} 1-1 both`, `${B} 1-1 both`]],
    [`${A},${B}`, [`${A} 1-1`, `${B} 1-1`]],
    [`${A} ${B}`, [`${A} 1-1`, `${B} 1-1`]],
    [`  ${A}  ,  ${B}  --  much   room  `, [`${A} 1-1 much   room`, `${B} 1-1 much   room`]],
    [`${A} -- a -- b`, [`${A} 1-1 a -- b`]],
    [`${A} --`, [`${A} 1-1`]],
    [`${A} -- `, [`${A} 1-1`]],
    ["", ["1-1"]],
    ["-- no rule", ["1-1 no rule"]],
  ])("%j", (rest, expected) => {
    expect(comments(`# ddblint-disable-next-line ${rest}\nA: 1\n`)).toEqual(expected);
  });

  test("each stands at its rule's name, or at the whole directive", () => {
    expect(places(`A: 1 # ddblint-disable-line ${A}, no-such-rule -- x\n`)).toEqual([A, "no-such-rule"]);
    expect(places("A: 1 # ddblint-disable-line -- x\n")).toEqual(["# ddblint-disable-line"]);
  });

  test("no space behind the hash, or much", () => {
    expect(comments(`#ddblint-disable-next-line ${A}\nA: 1\n`)).toEqual([`${A} 1-1`]);
    expect(comments(`#   ddblint-disable-next-line ${A}\nA: 1\n`)).toEqual([`${A} 1-1`]);
  });

  test("Windows line ends belong to no reason", () => {
    expect(comments(`# ddblint-disable-next-line ${A} -- why\r\n\r\nA: 1\r\n`)).toEqual([`${A} 2-2 why`]);
  });

  test("behind a byte order mark", () => {
    expect(comments(`\ufeff# ddblint-disable-next-line ${A}\nA: 1\n`)).toEqual([`${A} 1-1`]);
  });
});

describe("texts that look like comments", () => {
  test.each([
    ["a literal block", `A: |\n  echo\n  # ddblint-disable-line ${A}\nB: 1\n`],
    ["a folded block", `A: >-\n  # ddblint-disable-next-line ${A}\n  echo\nB: 1\n`],
    ["a block under a tag", `A: !Sub |\n  # ddblint-disable-file ${A}\nB: 1\n`],
    ["a block in a list", `A:\n  - |\n    # ddblint-disable-file ${A}\n  - b\n`],
    ["double quotes", `A: "x # ddblint-disable-line ${A}"\n`],
    ["single quotes over several lines", `A: 'x\n  # ddblint-disable-line ${A}'\n`],
    ["a quoted key", `"# ddblint-disable-line ${A}": 1\n`],
    ["a plain text, as no space is before the hash", `A: x#ddblint-disable-line ${A}\n`],
    ["a URL", `A: https://example.com/# ddblint\n`],
  ])("%s is none", (_, text) => {
    expect(comments(text)).toEqual([]);
  });

  test.each([
    ["behind the header of a block", `A: | # ddblint-disable-line ${A}\n  text\n`, "0-0"],
    ["behind a block, further to the left", `A:\n  B: |\n    text\n  # ddblint-disable-line ${A}\n  C: 1\n`, "3-3"],
    ["behind a quoted text", `A: "# text" # ddblint-disable-line ${A}\n`, "0-0"],
    ["between the lines of a list in brackets", `A: [ 1,\n  # ddblint-disable-line ${A}\n  2 ]\n`, "1-1"],
    ["between two blocks", `A: |\n  one\n# ddblint-disable-line ${A}\nB: |\n  two\n`, "2-2"],
  ])("%s is a comment", (_, text, lines) => {
    expect(comments(text)).toEqual([`${A} ${lines}`]);
  });

  test("a broken map that holds itself", () => {
    expect(comments(`A: &a\n  B: *a # ddblint-disable-line ${A}\n`)).toEqual([`${A} 1-1`]);
  });
});

describe("metadata", () => {
  const described = (text: string, file?: string) =>
    suppressions(text, file).map(({ kind, rule, reason, until, resource, lines }) => ({
      kind,
      rule,
      reason,
      ...(until !== undefined && { until }),
      ...(resource && { resource: resource.logicalId }),
      ...(lines && { lines }),
    }));

  const YAML = `Metadata:
  ddblint:
    suppress:
      - { rule: ${A}, reason: all of them }
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      other: { suppress: [{ rule: x }] }
      ddblint:
        suppress:
          - rule: ${B}
            reason: test data
            until: 2026-12-31
          - { rule: ${A} }
`;
  const EXPECTED = [
    { kind: "metadata", rule: A, reason: "all of them" },
    { kind: "metadata", rule: B, reason: "test data", until: "2026-12-31", resource: "Orders" },
    { kind: "metadata", rule: A, reason: "", resource: "Orders" },
  ];

  test("of the template, and of a resource, which it speaks of alone", () => {
    expect(described(YAML)).toEqual(EXPECTED);
  });

  test("in JSON, where no comment counts", () => {
    const json = JSON.stringify({
      Description: `# ddblint-disable-file ${A}`,
      Metadata: { ddblint: { suppress: [{ rule: A, reason: "all of them" }] } },
      Resources: {
        Orders: {
          Type: "AWS::DynamoDB::Table",
          Metadata: {
            ddblint: { suppress: [{ rule: B, reason: "test data", until: "2026-12-31" }, { rule: A }] },
          },
        },
      },
    });
    expect(described(json, "template.json")).toEqual(EXPECTED);
  });

  test("stands at the rule's name, or at the entry that has none", () => {
    const text = `Metadata: { ddblint: { suppress: [{ rule: "${A}" }, { reason: why }] } }\n`;
    expect(places(text)).toEqual([`"${A}"`, "{ reason: why }"]);
    const [first] = suppressions(text);
    expect(first && rangeOf(sourceText(text), first.place).start).toEqual({ line: 0, character: 42 });
  });

  test("by alias and by merge key", () => {
    const text = `Shared: &shared { suppress: [{ rule: ${A}, reason: shared }] }
Metadata: { ddblint: { <<: *shared } }
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: { ddblint: *shared }
`;
    expect(described(text)).toEqual([
      { kind: "metadata", rule: A, reason: "shared" },
      { kind: "metadata", rule: A, reason: "shared", resource: "Orders" },
    ]);
  });

  test("of a SAM resource once, though it becomes several", () => {
    const text = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Metadata: { ddblint: { suppress: [{ rule: ${A}, reason: x }] } }
    Properties: { Policies: [AmazonDynamoDBFullAccess] }
`;
    expect(described(text)).toEqual([{ kind: "metadata", rule: A, reason: "x", resource: "Reader" }]);
  });

  test.each([
    "Metadata: ddblint\n",
    "Metadata: { ddblint: off }\n",
    "Metadata: { ddblint: { suppress: all } }\n",
    `Metadata: { ddblint: { suppress: { rule: ${A} } } }\n`,
    `Metadata: { ddblint: { suppress: [${A}, null, [${A}]] } }\n`,
    "Metadata:\n  ddblint:\n    suppress:\n",
  ])("of another form is none: %j", (text) => {
    expect(suppressions(text)).toEqual([]);
  });
});

describe("dates", () => {
  const until = (date?: string): Suppression => ({
    kind: "metadata",
    rule: A,
    reason: "",
    place: { start: 0, end: 0 },
    used: false,
    ...(date !== undefined && { until: date }),
  });

  test.each([
    [undefined, "2026-11-24", false],
    ["2026-11-24", "2026-11-24", false],
    ["2026-11-23", "2026-11-24", true],
    ["2027-01-01", "2026-11-24", false],
    ["2026-11-24T23:59:00Z", "2026-11-24", false],
    ["2026-11-23 10:00", "2026-11-24", true],
    ["24.11.2026", "2026-11-24", true],
  ])("until %s, on %s: ended %s", (date, today, expected) => {
    expect(isExpired(until(date), today)).toBe(expected);
  });

  test("without a day nothing ends but what is no date", () => {
    expect(isExpired(until("2001-01-01"), undefined)).toBe(false);
    expect(isExpired(until("soon"), undefined)).toBe(true);
  });

  test.each([
    ["2024-02-29", "2024-02-29"],
    ["2026-02-29", undefined],
    ["2026-00-10", undefined],
    ["2026-12-31x", undefined],
    [" 2026-12-31 ", "2026-12-31"],
    ["", undefined],
  ])("the day of %j is %s", (text, day) => {
    expect(dayOf(text)).toBe(day);
  });
});

test("many comments and many quoted texts are read in one go", () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `K${index}: "v" # ddblint-disable-line ${A}\n`).join("");
  expect(suppressions(lines)).toHaveLength(20_000);
});
