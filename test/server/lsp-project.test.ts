import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { bundledServer } from "./bundle.ts";
import { type Client, PULL, PUSH, rangeOfText, startClient } from "./client.ts";
import { RECOVERY, TABLE } from "./state.ts";

const server = bundledServer();

const NO_ENDPOINT = "vpc-without-dynamodb-endpoint";
const VPC = `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
`;
const KEY = `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: { EnableKeyRotation: true }
Outputs:
  KeyArn:
    Value: !GetAtt Key.Arn
    Export: { Name: orders-key }
`;
const ENCRYPTED = `${TABLE}      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !ImportValue orders-key
`;

/** A workspace folder on disk, gone after the test. */
function workspace(texts: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "ddblint workspace ü "));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(texts)) write(path, text);
  return { uri: pathToFileURL(folder).href, uriOf, write, remove: (path: string) => rmSync(join(folder, path)) };
}

async function start(folder: string, settings: unknown = null, capabilities = PUSH): Promise<Client> {
  return startClient({ program: server.program, folders: [folder], settings, capabilities });
}

const has = (rule: string) => (diagnostics: readonly Diagnostic[]) => diagnostics.some(({ code }) => code === rule);
const lacks = (rule: string) => (diagnostics: readonly Diagnostic[]) => !has(rule)(diagnostics);

function tell(client: Client, ...uris: string[]): void {
  const changes = uris.map((uri) => ({ uri, type: 2 }));
  void client.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
}

describe("the other templates of a folder", () => {
  it("are seen once they are found, though only one is open", async () => {
    const { uri, uriOf } = workspace({ "network.yaml": VPC, "sub/tables.yaml": TABLE, "notes.yaml": "a: 1\n" });
    const client = await start(uri);
    client.open(uriOf("network.yaml"), VPC);
    const found = await client.diagnostics(uriOf("network.yaml"), has(NO_ENDPOINT));
    expect(found.find(({ code }) => code === NO_ENDPOINT)?.range).toEqual(rangeOfText(VPC, "Vpc"));
    expect(client.published.map((params) => params.uri)).not.toContain(uriOf("sub/tables.yaml"));
    const status = await client.status(uriOf("network.yaml"));
    expect(status?.detail).toMatch(/together with 1 other template of its workspace folder\.$/);
  });

  it("make a client that pulls ask again", async () => {
    const { uri, uriOf } = workspace({ "network.yaml": VPC, "tables.yaml": TABLE });
    const client = await start(uri, null, PULL);
    client.open(uriOf("network.yaml"), VPC);
    expect(await client.pulled(uriOf("network.yaml"))).toEqual([]);
    await vi.waitFor(() => expect(client.refreshes()).toBe(1), { timeout: 10_000 });
    expect(has(NO_ENDPOINT)(await client.pulled(uriOf("network.yaml")))).toBe(true);
  });

  it("are not looked for before a template is open, nor where the setting says file", async () => {
    const { uri, uriOf } = workspace({ "network.yaml": VPC, "tables.yaml": TABLE });
    const client = await start(uri);
    client.open(uriOf("notes.yaml"), "a: 1\n");
    expect(await client.status(uriOf("notes.yaml"))).toMatchObject({ kind: "none" });
    expect(client.registered.map(({ method }) => method)).not.toContain("workspace/didChangeWatchedFiles");
    const alone = await start(uri, { project: "file" });
    alone.open(uriOf("network.yaml"), VPC);
    alone.open(uriOf("tables.yaml"), TABLE);
    expect(has(RECOVERY)(await alone.diagnostics(uriOf("tables.yaml")))).toBe(true);
    expect((await alone.status(uriOf("network.yaml")))?.detail).toMatch(/as ddblint\.project says/);
    expect(alone.published.map((params) => params.uri)).toEqual([uriOf("tables.yaml")]);
  });

  it("are followed on disk while they change", async () => {
    const { uri, uriOf, write, remove } = workspace({ "network.yaml": VPC });
    const client = await start(uri);
    client.open(uriOf("network.yaml"), VPC);
    await vi.waitFor(() =>
      expect(client.registered.map(({ method }) => method)).toContain("workspace/didChangeWatchedFiles"),
    );
    write("new.yaml", TABLE);
    tell(client, uriOf("new.yaml"));
    await client.diagnostics(uriOf("network.yaml"), has(NO_ENDPOINT));
    remove("new.yaml");
    tell(client, uriOf("new.yaml"));
    await client.diagnostics(uriOf("network.yaml"), lacks(NO_ENDPOINT));
  });

  it("count as they are in the editor, not as they are on disk, while they are open", async () => {
    const { uri, uriOf } = workspace({ "network.yaml": VPC, "tables.yaml": TABLE });
    const client = await start(uri);
    client.open(uriOf("network.yaml"), VPC);
    await client.diagnostics(uriOf("network.yaml"), has(NO_ENDPOINT));
    client.open(uriOf("tables.yaml"), "Resources: {}\n");
    await client.diagnostics(uriOf("network.yaml"), lacks(NO_ENDPOINT));
    client.change(uriOf("tables.yaml"), { text: TABLE });
    await client.diagnostics(uriOf("network.yaml"), has(NO_ENDPOINT));
    client.change(uriOf("tables.yaml"), { text: "Resources: {}\n" });
    await client.diagnostics(uriOf("network.yaml"), lacks(NO_ENDPOINT));
    client.close(uriOf("tables.yaml"));
    await client.diagnostics(uriOf("network.yaml"), has(NO_ENDPOINT));
  });

  it("make a client that pulls ask again when an edit in one changes what another sees", async () => {
    const { uri, uriOf } = workspace({ "network.yaml": VPC, "tables.yaml": "Resources: {}\n" });
    const client = await start(uri, null, PULL);
    client.open(uriOf("network.yaml"), VPC);
    client.open(uriOf("tables.yaml"), "Resources: { X: { Type: AWS::SNS::Topic } }\n");
    expect(await client.pulled(uriOf("network.yaml"))).toEqual([]);
    await client.pulled(uriOf("tables.yaml"));
    client.change(uriOf("tables.yaml"), { text: TABLE });
    await vi.waitFor(() => expect(client.refreshes()).toBe(1), { timeout: 10_000 });
    expect(has(NO_ENDPOINT)(await client.pulled(uriOf("network.yaml")))).toBe(true);
  });

  it("are where related information leads", async () => {
    const { uri, uriOf } = workspace({ "keys/key.yaml": KEY, "tables.yaml": ENCRYPTED });
    const client = await start(uri);
    client.open(uriOf("keys/key.yaml"), KEY);
    const rule = "key-dies-before-table";
    const diagnostics = await client.diagnostics(uriOf("keys/key.yaml"), has(rule));
    const [related] = diagnostics.find(({ code }) => code === rule)?.relatedInformation ?? [];
    expect(related?.message).toMatch(/Orders/);
    expect(decodeURI(related?.location.uri ?? "")).toBe(decodeURI(uriOf("tables.yaml")));
    expect(related?.location.range).toEqual(rangeOfText(ENCRYPTED, "!ImportValue orders-key"));
  });

  it("are those of the same workspace folder", async () => {
    const one = workspace({ "network.yaml": VPC });
    const other = workspace({ "tables.yaml": TABLE });
    const client = await startClient({ program: server.program, folders: [one.uri, other.uri] });
    client.open(other.uriOf("tables.yaml"), TABLE);
    client.open(one.uriOf("network.yaml"), VPC);
    await client.diagnostics(other.uriOf("tables.yaml"), has(RECOVERY));
    expect((await client.status(one.uriOf("network.yaml")))?.findings).toBe(0);
    await client.connection.sendNotification("workspace/didChangeWorkspaceFolders", {
      event: { added: [], removed: [{ uri: one.uri, name: "one" }] },
    });
    const status = await client.status(one.uriOf("network.yaml"));
    expect(status?.detail).toMatch(/lies in no workspace folder/);
  });
});

describe("the configuration of a folder", () => {
  it("goes before the settings, and is read anew when it changes", async () => {
    const { uri, uriOf, write, remove } = workspace({
      ".ddblint.yaml": `rules: { ${RECOVERY}: error }\n`,
      "tables.yaml": TABLE,
    });
    const client = await start(uri, { rules: { [RECOVERY]: "info" } });
    const severity = (wanted: number) => (found: readonly Diagnostic[]) =>
      found.find(({ code }) => code === RECOVERY)?.severity === wanted;
    client.open(uriOf("tables.yaml"), TABLE);
    await client.diagnostics(uriOf("tables.yaml"), severity(1));
    write(".ddblint.yaml", `rules: { ${RECOVERY}: "off" }\n`);
    tell(client, uriOf(".ddblint.yaml"));
    await client.diagnostics(uriOf("tables.yaml"), lacks(RECOVERY));
    remove(".ddblint.yaml");
    tell(client, uriOf(".ddblint.yaml"));
    await client.diagnostics(uriOf("tables.yaml"), severity(3));
    write(".ddblint.yaml", "files: { exclude: [tables.yaml] }\n");
    tell(client, uriOf(".ddblint.yaml"));
    await client.diagnostics(uriOf("tables.yaml"), (found) => found.length === 0);
    expect((await client.status(uriOf("tables.yaml")))?.detail).toMatch(/files\.exclude/);
  });

  it("shows its mistakes, and is not used while it has some", async () => {
    const text = `profile: strict\nrules: { ${RECOVERY}: of }\n`;
    const { uri, uriOf } = workspace({ ".ddblint.yaml": text, "tables.yaml": TABLE });
    const client = await start(uri);
    client.open(uriOf(".ddblint.yaml"), text);
    const [mistake] = await client.diagnostics(uriOf(".ddblint.yaml"));
    expect(mistake?.range).toEqual({
      start: { line: 1, character: text.split("\n")[1]?.indexOf("of }") },
      end: { line: 1, character: text.split("\n")[1]?.indexOf(" }") },
    });
    client.open(uriOf("tables.yaml"), TABLE);
    expect(has(RECOVERY)(await client.diagnostics(uriOf("tables.yaml")))).toBe(true);
    expect(client.logged.filter((line) => line.includes("is not used"))).toHaveLength(1);
  });
});
