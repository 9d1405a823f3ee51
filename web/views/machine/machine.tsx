/** To come. */
export const AnyMachine = () => <h1>machine</h1>;
