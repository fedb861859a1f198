import fc from "fast-check";

/** The same in every run, so that a failure is one of the change that is tested, and comes again. */
const FIXED_SEED = 20_260_101;

/** `RIGWIRE_SEED` replays a run; `npm run test:random` gives each run another one, and prints it. */
const seed = Number(process.env.RIGWIRE_SEED ?? FIXED_SEED);
if (!Number.isSafeInteger(seed)) throw new Error(`RIGWIRE_SEED is no whole number: ${seed}`);

fc.configureGlobal({ seed });

export default fc;
