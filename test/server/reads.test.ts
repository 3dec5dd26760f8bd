import { expect, it } from "vitest";
import { withReads } from "../../server/reads.ts";

it("reads what a function asks for, step by step, each file once", async () => {
  const disk: Record<string, string> = { a: "b", b: "c", c: "end" };
  const fetched: string[] = [];
  const fetch = async (path: string) => {
    fetched.push(path);
    return disk[path];
  };
  const chain = (read: (path: string) => string | undefined): string[] => {
    const seen: string[] = [];
    for (let path: string | undefined = "a"; path !== undefined; path = read(path)) seen.push(path);
    return seen;
  };
  expect(await withReads(fetch, chain, 100)).toEqual(["a", "b", "c", "end"]);
  expect(fetched).toEqual(["a", "b", "c", "end"]);
});

it("stops reading at its limit", async () => {
  let fetched = 0;
  const fetch = async () => {
    fetched++;
    return "x";
  };
  const greedy = (read: (path: string) => string | undefined) =>
    Array.from({ length: 50 }, (_, index) => read(`${index}`)).filter((text) => text !== undefined).length;
  expect(await withReads(fetch, greedy, 10)).toBe(10);
  expect(fetched).toBe(10);
});
