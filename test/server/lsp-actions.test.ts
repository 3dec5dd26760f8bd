import { describe, expect, it } from "vitest";
import type { CodeAction } from "vscode-languageserver-protocol/node";
import { bundledServer } from "./bundle.ts";
import { type Client, PULL, PUSH, rangeOfText, startClient } from "./client.ts";
import { RECOVERY, TABLE } from "./state.ts";

const server = bundledServer();
const URI = "untitled:Untitled-1";
const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

const ADDED = `      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`;

async function opened(text: string, capabilities = PUSH): Promise<Client> {
  const client = await startClient({ program: server.program, capabilities });
  client.open(URI, text);
  return client;
}

const forRule = (actions: readonly CodeAction[], rule: string) =>
  actions.filter((action) => action.diagnostics?.some(({ code }) => code === rule));
const isRepair = (action: CodeAction) => !action.title.startsWith("Suppress") && action.kind === "quickfix";

describe("quick fixes", () => {
  it("repair the finding at the cursor, and nothing else", async () => {
    const text = TABLE.replace("Resources:", "# the shop 😀\nResources: # all of them");
    const client = await opened(text);
    const orders = rangeOfText(text, "Orders");
    const at = { start: orders.end, end: orders.end };
    const repairs = forRule(await client.actions(URI, at), RECOVERY).filter(isRepair);
    expect(repairs).toHaveLength(1);
    expect(repairs[0]).toMatchObject({
      isPreferred: true,
      kind: "quickfix",
      diagnostics: [{ code: RECOVERY, source: "ddblint", range: orders }],
    });
    expect(client.applied(URI, repairs[0])).toBe(text + ADDED);
    const nowhere = rangeOfText(text, "the shop");
    expect(await client.actions(URI, nowhere, { only: ["quickfix"] })).toEqual([]);
  });

  it("keep the layout of what they change: flow style, line ends, JSON", async () => {
    const flow = "Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { TableName: t } } } # end\r\n";
    const json = '{\n\t"Resources": {\n\t\t"T": {\n\t\t\t"Type": "AWS::DynamoDB::Table"\n\t\t}\n\t}\n}';
    for (const text of [flow, json]) {
      const client = await opened(text);
      const [repair] = forRule(await client.actions(URI, ALL), RECOVERY).filter(isRepair);
      const repaired = client.applied(URI, repair);
      expect(repaired).not.toBe(text);
      client.change(URI, { text: repaired });
      expect((await client.diagnostics(URI)).map(({ code }) => code)).not.toContain(RECOVERY);
      expect(repaired.includes("\r\n")).toBe(text.includes("\r\n"));
      expect(repaired.endsWith(text.slice(-8))).toBe(true);
    }
  });

  it("are attached to the diagnostics that the client has sent", async () => {
    const client = await opened(TABLE);
    const diagnostics = (await client.diagnostics(URI)).map((each) => ({ ...each, tags: [] }));
    const [repair] = forRule(await client.actions(URI, ALL, { diagnostics }), RECOVERY);
    expect(repair?.diagnostics).toEqual([diagnostics.find(({ code }) => code === RECOVERY)]);
  });

  it("name the risk, and are not preferred, where there is one", async () => {
    const text = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !If [IsProd, true, false]
`;
    const client = await opened(text);
    const [repair] = forRule(await client.actions(URI, rangeOfText(text, "false]")), RECOVERY).filter(isRepair);
    expect(repair?.title).toMatch(/IsProd is false/);
    expect(repair?.isPreferred).toBeUndefined();
    expect(client.applied(URI, repair)).toBe(text.replace("true, false]", "true, true]"));
  });

  it("are not offered for what cannot be repaired in the text", async () => {
    const text = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification: &off
        PointInTimeRecoveryEnabled: false
  Carts:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification: *off
`;
    const client = await opened(text);
    const found = (await client.diagnostics(URI)).filter(({ code }) => code === RECOVERY);
    expect(found).toHaveLength(2);
    const at = rangeOfText(text, "false");
    expect(found.map(({ range }) => range)).toEqual([at, at]);
    expect(forRule(await client.actions(URI, at), RECOVERY).filter(isRepair)).toEqual([]);
  });

  it("go as plain changes to clients that know no versions, and not at all to those that know no code actions", async () => {
    const simple = { ...PUSH, workspace: {} };
    const client = await opened(TABLE, simple);
    const [repair] = forRule(await client.actions(URI, ALL), RECOVERY).filter(isRepair);
    expect(Object.keys(repair?.edit ?? {})).toEqual(["changes"]);
    expect(client.applied(URI, repair)).toBe(TABLE + ADDED);
  });
});

describe("the filter of kinds", () => {
  it.each([
    [["quickfix"], { quickfix: true, "source.fixAll.ddblint": false }],
    [["source.fixAll"], { quickfix: false, "source.fixAll.ddblint": true }],
    [["source.fixAll.ddblint"], { quickfix: false, "source.fixAll.ddblint": true }],
    [["source"], { quickfix: false, "source.fixAll.ddblint": true }],
    [[""], { quickfix: true, "source.fixAll.ddblint": true }],
    [["refactor", "source.organizeImports", "source.fixAll.other", "quick"], {}],
  ])("%j is honoured", async (only, wanted: Record<string, boolean>) => {
    const client = await opened(TABLE);
    const kinds = new Set((await client.actions(URI, ALL, { only })).map(({ kind }) => kind));
    for (const kind of ["quickfix", "source.fixAll.ddblint"]) expect(kinds.has(kind)).toBe(wanted[kind] ?? false);
  });
});

describe("fix all", () => {
  const TWO = `${TABLE}  Carts:\n${TABLE.slice("Resources:\n  Orders:\n".length)}`;

  it("repairs all that is safe, and then has nothing left to do", async () => {
    const client = await opened(TWO);
    const only = ["source.fixAll"];
    const [all, ...others] = await client.actions(URI, ALL, { only });
    expect(others).toEqual([]);
    expect(all?.kind).toBe("source.fixAll.ddblint");
    const fixed = client.applied(URI, all);
    expect(fixed.match(/PointInTimeRecoveryEnabled: true/g)).toHaveLength(2);
    client.change(URI, { text: fixed });
    expect(await client.actions(URI, ALL, { only })).toEqual([]);
  });

  it("is worked out when it is chosen, where the client can wait", async () => {
    const client = await opened(TWO, PULL);
    const offered = await client.actions(URI, ALL);
    const all = offered.find(({ kind }) => kind === "source.fixAll.ddblint");
    expect(all?.edit).toBeUndefined();
    const resolved = await client.connection.sendRequest<CodeAction>("codeAction/resolve", all);
    const [direct] = await client.actions(URI, ALL, { only: ["source.fixAll"] });
    expect(client.applied(URI, resolved)).toBe(client.applied(URI, direct));
    client.change(URI, { text: TABLE });
    expect((await client.connection.sendRequest<CodeAction>("codeAction/resolve", all)).edit).toBeUndefined();
    const nonsense = { title: "x", kind: "source.fixAll.ddblint", data: 42 };
    expect(await client.connection.sendRequest("codeAction/resolve", nonsense)).toEqual(nonsense);
  });

  it("is not offered whenever the cursor moves", async () => {
    const client = await opened(TWO);
    const kinds = (await client.actions(URI, ALL, { triggerKind: 2 })).map(({ kind }) => kind);
    expect(kinds).toContain("quickfix");
    expect(kinds).not.toContain("source.fixAll.ddblint");
  });
});

describe("suppressing", () => {
  const suppression = (actions: readonly CodeAction[], what: string) =>
    actions.find(({ title }) => title === `Suppress ${RECOVERY} for this ${what} with a reason`);

  it("writes a comment above the line, or at the top of the file, and the finding is gone", async () => {
    for (const what of ["line", "file"]) {
      const client = await opened(TABLE);
      const action = suppression(await client.actions(URI, rangeOfText(TABLE, "Orders")), what);
      expect(action?.isPreferred).toBeUndefined();
      const text = client.applied(URI, action);
      expect(text).toBe(
        what === "line"
          ? TABLE.replace("  Orders", `  # ddblint-disable-next-line ${RECOVERY} -- TODO: why\n  Orders`)
          : `# ddblint-disable-file ${RECOVERY} -- TODO: why\n${TABLE}`,
      );
      client.change(URI, { text });
      const codes = (await client.diagnostics(URI)).map(({ code }) => code);
      expect(codes).not.toContain(RECOVERY);
      expect(codes).not.toContain("unused-suppression");
    }
  });

  it("writes metadata where there are no comments", async () => {
    const json = '{\n  "Resources": {\n    "T": {\n      "Type": "AWS::DynamoDB::Table"\n    }\n  }\n}\n';
    for (const what of ["resource", "file"]) {
      const client = await opened(json);
      const text = client.applied(URI, suppression(await client.actions(URI, ALL), what));
      const { Metadata, Resources } = JSON.parse(text);
      const metadata = what === "file" ? Metadata : Resources.T.Metadata;
      expect(metadata).toEqual({ ddblint: { suppress: [{ rule: RECOVERY, reason: "TODO: why" }] } });
      client.change(URI, { text });
      expect((await client.diagnostics(URI)).map(({ code }) => code)).not.toContain(RECOVERY);
    }
  });

  it("is not offered in a text that is broken", async () => {
    const text = `${TABLE}      Tags: [\n  X: {\n`;
    const client = await opened(text);
    expect((await client.diagnostics(URI)).length).toBe(1);
    expect(await client.actions(URI, ALL)).toEqual([]);
  });
});

describe("hovers", () => {
  it("explain the rule of a finding, and the rule that a suppression names", async () => {
    const text = TABLE.replace("  Orders:", `  # ddblint-disable-next-line ${RECOVERY} -- cache\n  Orders:`);
    const client = await opened(`${text}# ddblint-enable ${RECOVERY}\n`);
    const name = rangeOfText(text, RECOVERY);
    const named = await client.hover(URI, name.start.line, name.start.character + 3);
    expect(named?.range).toEqual(name);
    expect(named?.contents).toMatchObject({ kind: "markdown", value: expect.stringContaining(`**${RECOVERY}**`) });
    const enabled = await client.hover(URI, 11, 20);
    expect(enabled?.contents).toEqual(named?.contents);
    expect(await client.hover(URI, 3, 8)).toBeNull();
    client.change(URI, { text: TABLE });
    const found = await client.hover(URI, 1, 3);
    expect(found?.range).toEqual(rangeOfText(TABLE, "Orders"));
    expect(found?.contents).toMatchObject({ value: expect.stringMatching(/\]\(https:[^)]+\.md\)/) });
  });

  it("explain the rule that a suppression in metadata names", async () => {
    const text = `{"Metadata":{"ddblint":{"suppress":[{"rule":"${RECOVERY}","reason":"x"}]}},"Resources":{"T":{"Type":"AWS::DynamoDB::Table"}}}`;
    const client = await opened(text);
    const hover = await client.hover(URI, 0, text.indexOf(RECOVERY) + 2);
    expect(hover?.contents).toMatchObject({ value: expect.stringContaining(`**${RECOVERY}**`) });
  });
});
