import { expect, test } from "vitest";
import { printable } from "../../cli/printable.ts";

test.each([
  ["\u001b[31mred\u001b[0m", "\ufffd[31mred\ufffd[0m"],
  ["a\nb\r\tc", "a\ufffdb\ufffd\ufffdc"],
  ["\u009b31m", "\ufffd31m"],
  ["user\u202e\u2066", "user\ufffd\ufffd"],
  ["Schlüssel 鍵 🔑 👩‍👩‍👧", "Schlüssel 鍵 🔑 👩‍👩‍👧"],
])("%j is printed as %j", (text, expected) => {
  expect(printable(text)).toBe(expected);
});
