/** The part of mocha that the suite uses: mocha brings no types. */
declare module "mocha" {
  export default class Mocha {
    constructor(options: { ui: "bdd"; timeout: number; retries?: number });
    readonly suite: {
      emit(event: "pre-require", context: object, file: string, mocha: Mocha): void;
    };
    run(done: (failures: number) => void): Runner;
  }

  export type Runner = {
    on(event: "pass" | "pending", listener: (test: Test) => void): Runner;
    on(event: "fail", listener: (test: Test, error: Error) => void): Runner;
  };

  export type Test = { fullTitle(): string; readonly duration?: number };
}
