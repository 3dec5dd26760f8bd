type Body = () => void | Promise<void>;

/** Mocha's functions, handed to each file of tests: nothing is global. */
export type Bdd = {
  describe(title: string, body: () => void): void;
  it(title: string, body: Body): void;
  before(body: Body): void;
  beforeEach(body: Body): void;
  afterEach(body: Body): void;
};
