import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArnText,
  couldBeService,
  coversEveryTable,
  indexNameOf,
  isBareStar,
  resourceShape,
  splitArn,
  tableNameOf,
} from "../../../core/iam/arn.ts";

const partition = { hole: "AWS::Partition" };
const region = { hole: "AWS::Region" };
const account = { hole: "AWS::AccountId" };
const orders = { hole: "Ref Orders" };
const ordersArn = { hole: "Orders.Arn" };

/** `arn:P:dynamodb:R:A:` with holes, and the resource. */
const inThisAccount = (...resource: ArnText): ArnText => [
  "arn:",
  partition,
  ":dynamodb:",
  region,
  ":",
  account,
  ":",
  ...resource,
];
const literal = (resource: string): ArnText => [`arn:aws:dynamodb:eu-west-1:111122223333:${resource}`];
const show = (text: ArnText) => text.map((piece) => (typeof piece === "string" ? piece : `<${piece.hole}>`)).join("");
const cases = <T>(...rows: [ArnText, T][]): [string, ArnText, T][] =>
  rows.map(([text, answer]) => [show(text), text, answer]);

describe("splitArn", () => {
  it("gives the pieces of each part", () => {
    expect(splitArn(inThisAccount("table/", orders, "/index/*"))).toEqual({
      partition: [partition],
      service: ["dynamodb"],
      region: [region],
      account: [account],
      resource: ["table/", orders, "/index/*"],
    });
  });

  it("leaves the colons of the resource alone, and joins pieces of one part", () => {
    expect(splitArn(["arn:aws:dyna", "modb:eu-", "west-1:1:table/T/stream/2026-01-01T00:", "00:00.000"])).toEqual({
      partition: ["aws"],
      service: ["dynamodb"],
      region: ["eu-west-1"],
      account: ["1"],
      resource: ["table/T/stream/2026-01-01T00:00:00.000"],
    });
  });

  it("gives empty parts for what is empty or missing", () => {
    expect(splitArn(["arn:aws:s3:::bucket/*"])).toMatchObject({
      service: ["s3"],
      region: [],
      account: [],
      resource: ["bucket/*"],
    });
    expect(splitArn(["arn:aws:dynamodb"])).toMatchObject({
      service: ["dynamodb"],
      region: [],
      account: [],
      resource: [],
    });
  });

  it("lets a star that ends a part stand for missing parts", () => {
    const all = { region: ["*"], account: ["*"] };
    expect(splitArn(["arn:aws:dynamodb:*"])).toMatchObject({ ...all, service: ["dynamodb"], resource: ["*"] });
    expect(splitArn(["arn:*:dynamodb:*"])).toMatchObject({
      ...all,
      partition: ["*"],
      service: ["dynamodb"],
      resource: ["*"],
    });
    expect(splitArn(["arn:aws:dynamodb:*:table/T"])).toMatchObject({ ...all, resource: ["table/T"] });
    expect(splitArn(["arn:aws:dynamodb:eu-west-1:*"])).toMatchObject({
      region: ["eu-west-1"],
      account: ["*"],
      resource: ["*"],
    });
  });

  it("cannot split what a hole may hold together", () => {
    for (const text of [
      [],
      [""],
      ["*"],
      [ordersArn],
      [ordersArn, "/index/*"],
      ["arn:aws:dynamodb:", region],
      ["arn"],
      ["ARN:aws:dynamodb:::"],
    ])
      expect(splitArn(text as ArnText)).toBeUndefined();
  });
});

describe("couldBeService", () => {
  it.each(
    cases<boolean | undefined>(
      [["*"], true],
      [["**"], true],
      [inThisAccount("table/", orders), true],
      [["arn:*:dynamodb:*:*:*"], true],
      [["arn:aws:dynamodb:*"], true],
      [["arn:aws:dynamodb:", { hole: "Rest" }], true],
      [literal("table/T"), true],
      [["arn:aws:s3:::x"], false],
      [["arn:aws:dax:eu-west-1:1:cache/c"], false],
      [["arn:*:s3:::*"], false],
      [["arn:aws:DynamoDB:*:*:table/T"], false],
      [["arn:aws:dynamodb"], false],
      [["arn:aws:dynamodb:eu-west-1:1"], false],
      [["arn:aws:dynamodb:eu-west-1:1:"], false],
      [[""], false],
      [[], false],
      [["Orders"], false],
      [["arn:aws:dynamo*:*:*:table/T"], undefined],
      [["arn:aws:s*:*:*:table/T"], false],
      [["arn:aws:*:*:*:*"], undefined],
      [["arn:*"], undefined],
      [["arn:aws:", { hole: "Service" }, ":*:*:x"], undefined],
      [["arn:aws:s", { hole: "Service" }, ":*:*:x"], false],
      [["arn:", { hole: "Rest" }], undefined],
      [["arn:", { hole: "Rest" }, ":table/T"], undefined],
      [[ordersArn], undefined],
      [[ordersArn, "/index/*"], undefined],
    ),
  )("%s", (_name, text, answer) => {
    expect(couldBeService(text, "dynamodb")).toBe(answer);
  });

  it("knows DAX clusters", () => {
    expect(couldBeService(["arn:aws:dax:*:*:cache/c"], "dax")).toBe(true);
    expect(couldBeService(literal("table/T"), "dax")).toBe(false);
    expect(couldBeService(["*"], "dax")).toBe(true);
  });
});

describe("coversEveryTable", () => {
  it.each(
    cases<boolean | undefined>(
      [["*"], true],
      [["arn:*:dynamodb:*:*:*"], true],
      [["arn:aws:dynamodb:*"], true],
      [["arn:aws:dynamodb:*:table/*"], true],
      [literal("*"), true],
      [literal("table/*"), true],
      [literal("table/**"), true],
      [literal("table*"), true],
      [literal("table/?*"), true],
      [literal("table/???*"), true],
      [inThisAccount("table/*"), true],
      [inThisAccount("table", "/", "*"), true],
      [literal("table/????*"), false],
      [literal("table/???"), false],
      [literal("table/prod-*"), false],
      [literal("table/*-prod"), false],
      [literal("table/*/index/*"), false],
      [literal("table/*/*"), false],
      [literal("TABLE/*"), false],
      [literal("global-table/*"), false],
      [["arn:aws:dynamodb:::table/*"], false],
      [["arn:aws:dynamodb:eu-west-1::table/*"], false],
      [["arn:aws:s3:::*"], false],
      [["arn:aws:dax:*:*:*"], false],
      [inThisAccount("table/", orders), false],
      [inThisAccount("table/", orders, "/*"), false],
      [inThisAccount("table/", { hole: "Env" }, "-*"), false],
      [inThisAccount("table/", { hole: "Prefix" }, "*"), undefined],
      [inThisAccount({ hole: "Resource" }), undefined],
      [["arn:aws:dynamodb:", { hole: "Rest" }, ":table/*"], undefined],
      [["arn:aws:dynamodb:", { hole: "Rest" }, ":table/T"], false],
      [[ordersArn], undefined],
      [[ordersArn, "/index/*"], false],
      [["arn:aws:*:*:*:*"], undefined],
      [[""], false],
      [[], false],
    ),
  )("%s", (_name, text, answer) => {
    expect(coversEveryTable(text)).toBe(answer);
  });
});

describe("resourceShape and tableNameOf", () => {
  it.each([
    [["*"], "any", undefined],
    [literal("*"), "any", undefined],
    [literal("table*"), "any", undefined],
    [literal("table/T"), "table", ["T"]],
    [literal("table/T*"), "table", ["T*"]],
    [literal("table/*"), "table", ["*"]],
    [literal("table/T/index/*"), "index", ["T"]],
    [literal("table/T/stream/2026-01-01T00:00:00.000"), "stream", ["T"]],
    [literal("table/T/backup/*"), "backup", ["T"]],
    [literal("table/T/export/*"), "export", ["T"]],
    [literal("table/T/import/*"), "import", ["T"]],
    [literal("table/T/*"), "any", ["T"]],
    [literal("table/T/other"), "unknown", ["T"]],
    [literal("table/"), "table", undefined],
    [["arn:aws:dynamodb::1:global-table/G"], "global-table", undefined],
    [["arn:aws:dax:*:*:cache/c"], "cache", undefined],
    [["arn:aws:dax:*:*:*"], "cache", undefined],
    [["arn:aws:s3:::table/T"], "unknown", undefined],
    [["arn:aws:dynamodb:*"], "any", undefined],
    [inThisAccount("table/", orders), "table", [orders]],
    [
      inThisAccount("table/", { hole: "Env" }, "-orders/index/", { hole: "Index" }),
      "index",
      [{ hole: "Env" }, "-orders"],
    ],
    [inThisAccount("table/", orders, "/", { hole: "Kind" }), "unknown", [orders]],
    [inThisAccount({ hole: "Resource" }), "unknown", undefined],
    [[ordersArn], "unknown", undefined],
    [[ordersArn, "/index/*"], "index", undefined],
    [[ordersArn, "/stream/*"], "stream", undefined],
    [[ordersArn, "/*"], "any", undefined],
    [[{ hole: "Prefix" }, ":table/T/index/i"], "index", ["T"]],
    [[{ hole: "Prefix" }, "table/", orders], "table", [orders]],
    [[""], "unknown", undefined],
    [[], "unknown", undefined],
  ] as [ArnText, string, ArnText | undefined][])("%j", (text, shape, name) => {
    expect(resourceShape(text)).toBe(shape);
    expect(tableNameOf(text)).toEqual(name);
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.constantFrom("arn", ":", "/", "*", "?", "dynamodb", "table", "aws", "", "arn:aws:dynamodb:*:*:table/"),
    fc.string(),
    fc.constantFrom("A", "B").map((hole) => ({ hole })),
  );

  it("is answered, and the answers agree with each other", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (text) => {
        const shape = resourceShape(text);
        if (coversEveryTable(text) === true) {
          expect(couldBeService(text, "dynamodb")).toBe(true);
          expect(["any", "table"]).toContain(shape);
        }
        if (shape === "table" || shape === "index") expect(couldBeService(text, "dynamodb")).not.toBe(false);
        if (isBareStar(text)) expect(coversEveryTable(text)).toBe(true);
        const parts = splitArn(text);
        if (parts && shape === "cache") expect(show(parts.service)).toBe("dax");
      }),
      { numRuns: 2000 },
    );
  });

  it("may be huge", () => {
    for (const text of [
      [":".repeat(100_000)],
      [`arn:aws:dynamodb:*:*:table/${"*a".repeat(50_000)}`],
      Array<string>(50_000).fill("arn:*:dynamodb:"),
      Array<ArnText[number]>(50_000).fill({ hole: "A" }),
    ]) {
      expect(coversEveryTable(text)).not.toBe(true);
      expect(() => [resourceShape(text), tableNameOf(text), couldBeService(text, "dynamodb")]).not.toThrow();
    }
  });
});

describe("indexNameOf", () => {
  it.each([
    ["table/orders/index/ByDate", "ByDate"],
    ["table/*/index/By*", "By*"],
    ["table/orders/index/*", "*"],
    ["table/orders/index/", undefined],
    ["table/orders/index", undefined],
    ["table/orders", undefined],
    ["table/orders/stream/index/a", undefined],
    ["table/orders/*", undefined],
  ])("%s: %s", (resource, name) => {
    expect(indexNameOf(literal(resource))).toBe(name);
  });

  it("behind holes, and not with a hole in it", () => {
    expect(indexNameOf([ordersArn, "/index/ByDate"])).toBe("ByDate");
    expect(indexNameOf(inThisAccount("table/", orders, "/index/ByDate"))).toBe("ByDate");
    expect(indexNameOf([ordersArn, "/index/", { hole: "Name" }])).toBeUndefined();
    expect(indexNameOf(["*"])).toBeUndefined();
  });
});
