/** The program that the page gives its worker, whenever it comes. */
import type { ProgramGiven } from '../protocol/envelope.ts';
import { RefusedModuleError } from './loader.ts';

export class GivenProgram {
  #take: (given: ProgramGiven) => void = () => undefined;
  readonly #given = new Promise<ProgramGiven>((resolve) => (this.#take = resolve));

  take(given: ProgramGiven): void {
    this.#take(given);
  }

  /** Throws RefusedModuleError. */
  async module(): Promise<WebAssembly.Module> {
    const { program, refused } = await this.#given;
    if (program === undefined) {
      throw new RefusedModuleError(refused);
    }
    return program;
  }
}
